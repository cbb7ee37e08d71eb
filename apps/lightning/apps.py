from django.apps import AppConfig


class LightningPlaneConfig(AppConfig):
    name = "apps.lightning"
    label = "lightning"
