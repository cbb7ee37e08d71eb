from django.apps import AppConfig


class AegisPlaneConfig(AppConfig):
    name = "apps.aegis"
    label = "aegis"
