"""Alarms to the administrator in words, language by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmText:
    """What an alarm says: one line, and the whole."""

    subject: str
    text: str


_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh_CN": {
        "missing_notice": "【督办系统告警】{year}年放假安排尚未导入",
        "missing_notice_text": "{year}年的放假安排通常此时已公布，系统尚未导入。\n"
        "在导入之前，涉及{year}年的截止日期均为暂定。\n"
        "请取得国务院办公厅通知后写成日历文件，运行 duban calendar import 文件名。",
        "reached_nobody": "【督办系统告警】{count}条通知未能送达任何人",
        "reached_nobody_text": "下列通知未能送达任何人，请核对单位名册中的人员和联系方式：\n{lines}",
        "broken_config": "【督办系统告警】配置有误，仍按原配置运行",
        "broken_config_text": "配置文件修改后有下列错误，修改未生效，系统仍按最近一次正确的配置运行：\n{lines}",
        "drastic": "本次修改将撤销{standing:,}项未结任务中的{withdrawn:,}项，超过五分之一；逐项情况见 duban diff，"
        "确需如此修改的，运行 duban reload --force 使其生效",
        "undecided": "【督办系统告警】{count}项任务无法处理",
        "undecided_text": "下列任务因程序错误无法处理，每小时重试一次，其他任务不受影响。\n"
        "请把本邮件和日志交给开发人员：\n{lines}",
        "faults": "【督办系统告警】程序出错",
        "faults_text": "程序发生下列错误。请把本邮件和日志交给开发人员：\n{lines}",
        "left_out": "【督办系统告警】{count}项任务的期限无法计算",
        "left_out_text": "下列任务的期限落在工作日历之外，无法计算，未列入任务；其他任务不受影响。\n"
        "请核对有关日期、期限和日历，改正后自动恢复：\n{lines}",
        "channel_stopped": "【督办系统告警】通道 {channel} 已停止发送",
        "channel_stopped_text": "通道 {channel} 的对方拒绝接收本系统的消息（账号、余额、权限、签名或模板问题），\n"
        "已停止发送，每十分钟试发一条。请尽快处理，并用 duban doctor 检查：\n{fault}",
        "no_receipts": "【督办系统告警】通道 {channel} 的短信回执无法取回",
        "no_receipts_text": "通道 {channel} 的短信状态报告无法从服务商取回，每分钟重试一次，短信照常发送。\n"
        "请检查账号权限（腾讯云须先申请开通状态报告拉取）：\n{fault}",
        "no_backup": "【督办系统告警】数据库备份失败",
        "no_backup_text": "昨夜的数据库备份未能完成，每小时重试一次：\n{fault}",
        "damaged": "【督办系统告警】数据库损坏",
        "damaged_text": "数据库有损坏，下列读写失败。发送结果无法记录的通道已停止发送，以免重复发送；系统不断重试。\n"
        "请停止系统，恢复最近的备份（见 docs/service.md），检查磁盘，再启动系统：\n{fault}",
        "replaced": "【督办系统告警】数据库文件在运行中被删除或替换，系统已停止",
        "replaced_text": "系统运行时，下列数据库文件被删除、移走或替换，系统已停止，并将由服务管理器重新启动，"
        "使用该位置现有的文件。\n请确认这是有意为之；恢复备份前应先停止系统：\n{file}",
    },
    "en": {
        "missing_notice": "[duban alarm] the holiday notice for {year} is missing",
        "missing_notice_text": "The notice for {year} is usually published by now. Until it is imported, every "
        "deadline that depends on {year} is provisional.\n"
        "Write it as a calendar file and run `duban calendar import FILE`.",
        "reached_nobody": "[duban alarm] {count} notices reached nobody",
        "reached_nobody_text": "These notices reached nobody; check the people and addresses in the roster:\n{lines}",
        "broken_config": "[duban alarm] the config has faults; the last good one stays in force",
        "broken_config_text": "The edited config has these faults. The edit is not in force:\n{lines}",
        "drastic": "it would withdraw {withdrawn:,} of {standing:,} open tasks, more than a fifth; `duban diff` lists "
        "them, `duban reload --force` takes it over nevertheless",
        "undecided": "[duban alarm] {count} tasks could not be decided",
        "undecided_text": "A fault of the program keeps these tasks from being decided; they are tried again every "
        "hour, and keep no other up. Give this message and the log to its developers:\n{lines}",
        "faults": "[duban alarm] a fault of the program",
        "faults_text": "These are faults of the program. Give this message and the log to its developers:\n{lines}",
        "left_out": "[duban alarm] {count} tasks cannot be counted",
        "left_out_text": "The days of these tasks lie where nothing can be counted, so they are left out; all others "
        "are kept. Correct the dates, the limits or the calendar; the tasks are there then:\n{lines}",
        "channel_stopped": "[duban alarm] nothing is sent on the channel {channel}",
        "channel_stopped_text": "The other side of the channel {channel} takes nothing from us (credentials, balance, "
        "permissions, a signature or template). One message is tried every ten minutes. `duban doctor` looks closer:\n"
        "{fault}",
        "no_receipts": "[duban alarm] receipts of the channel {channel} cannot be pulled",
        "no_receipts_text": "The provider of the channel {channel} does not say what became of SMS. It is asked again "
        "every minute; SMS go out as ever. Check what the account may do (Tencent opens this on request):\n{fault}",
        "no_backup": "[duban alarm] the database could not be backed up",
        "no_backup_text": "Last night's backup was not made; it is tried again every hour:\n{fault}",
        "damaged": "[duban alarm] the database is damaged",
        "damaged_text": "The database could not be read or written where it is damaged. A channel of which cannot be "
        "written down what was sent sends no more, so that nothing is sent again and again; it is tried again and "
        "again.\nStop the daemon, restore the last copy (docs/service.md), look after the disk, and start it:\n{fault}",
        "replaced": "[duban alarm] the database file was replaced while the daemon ran; it stopped",
        "replaced_text": "The file of the database was removed, moved or replaced while the daemon ran. The daemon has "
        "stopped; the service manager starts it again, on the file that is there then.\n"
        "Make sure that this was meant; stop the daemon before you restore a copy:\n{file}",
    },
}


def missing_notice(language: str, year: int) -> AlarmText:
    """The holiday notice of a year should be there and is not."""
    return _text(language, "missing_notice", year=str(year))


def reached_nobody(language: str, count: int, last: Sequence[str]) -> AlarmText:
    """So many notices reached nobody; the last of them each in a line."""
    return _text(language, "reached_nobody", count=str(count), lines="\n".join(last))


def broken_config(language: str, faults: Sequence[str]) -> AlarmText:
    """An edited config with faults, each in a line."""
    return _text(language, "broken_config", lines="\n".join(faults))


def drastic(language: str, withdrawn: int, standing: int) -> str:
    """Why an edit waits that would withdraw many of the open tasks."""
    return _WORDS[language]["drastic"].format(withdrawn=withdrawn, standing=standing)


def undecided(language: str, tasks: Sequence[str]) -> AlarmText:
    """Tasks that a fault of the program keeps from being decided, each in a line."""
    return _text(language, "undecided", count=str(len(tasks)), lines="\n".join(tasks))


def faults(language: str, lines: Sequence[str]) -> AlarmText:
    """Faults of the program, each in a line."""
    return _text(language, "faults", lines="\n".join(lines))


def left_out(language: str, tasks: Sequence[str]) -> AlarmText:
    """Tasks whose days cannot be counted, each in a line with why."""
    return _text(language, "left_out", count=str(len(tasks)), lines="\n".join(tasks))


def channel_stopped(language: str, channel: str, fault: str) -> AlarmText:
    """The other side of a channel takes nothing from us."""
    return _text(language, "channel_stopped", channel=channel, fault=fault)


def no_receipts(language: str, channel: str, fault: str) -> AlarmText:
    """Nothing can be pulled on a channel."""
    return _text(language, "no_receipts", channel=channel, fault=fault)


def no_backup(language: str, fault: str) -> AlarmText:
    """The nightly backup failed."""
    return _text(language, "no_backup", fault=fault)


def damaged(language: str, fault: str) -> AlarmText:
    """The database is damaged."""
    return _text(language, "damaged", fault=fault)


def replaced(language: str, file: str) -> AlarmText:
    """The file of the database is another than the one that was opened."""
    return _text(language, "replaced", file=file)


def _text(language: str, name: str, **values: str) -> AlarmText:
    words = _WORDS[language]
    return AlarmText(words[name].format(**values), words[f"{name}_text"].format(**values) + "\n")
