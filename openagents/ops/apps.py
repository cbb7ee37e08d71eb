from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "openagents.ops"
    label = "ops"
