"""What holds for every test."""

from hypothesis import HealthCheck, settings

settings.register_profile("duban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("duban")  # how fast a machine is makes no test fail; speed is measured in benchmarks/
