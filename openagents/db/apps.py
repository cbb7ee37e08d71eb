from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "openagents.db"
    label = "ground"
    verbose_name = "Ground"
