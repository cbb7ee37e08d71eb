from django.apps import AppConfig


class HydraPlaneConfig(AppConfig):
    name = "apps.hydra"
    label = "hydra"
