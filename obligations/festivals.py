"""Festivals: the public holidays that every year has, and that a duty may be tied to."""

from enum import Enum


class Festival(Enum):
    """The seven festivals of 全国年节及纪念日放假办法 (decree 795), art. 2, by the ids that files and task keys use."""

    NEW_YEAR = "new_year"
    """元旦"""
    SPRING_FESTIVAL = "spring_festival"
    """春节"""
    QINGMING = "qingming"
    """清明节"""
    LABOUR_DAY = "labour_day"
    """劳动节"""
    DRAGON_BOAT = "dragon_boat"
    """端午节"""
    MID_AUTUMN = "mid_autumn"
    """中秋节"""
    NATIONAL_DAY = "national_day"
    """国庆节"""
