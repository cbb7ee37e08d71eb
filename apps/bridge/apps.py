from django.apps import AppConfig


class BridgePlaneConfig(AppConfig):
    name = "apps.bridge"
    label = "bridge"
