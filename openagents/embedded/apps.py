from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "openagents.embedded"
    label = "embedded"
