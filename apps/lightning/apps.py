from django.apps import AppConfig


class LightningPlaneConfig(AppConfig):
    name = "apps.lightning"
    label = "lightning"

    def ready(self) -> None:
        """Checks of this process's role; whoever merely runs a command starts nothing."""
        from django.conf import settings

        if settings.OA_PROCESS.name == "lightning-executor":
            from apps.lightning import health_executor, system_checks  # noqa: F401 - registers its check

            health_executor.register()

    def before_serving(self) -> None:
        """Called before a port is open (`openagents.ops.startup`). Ends the process when it must not serve."""
        from django.conf import settings

        if settings.OA_PROCESS.name == "lightning-executor":
            from apps.lightning.services.executor import startup

            startup.refuse_unsafe()

    def serving(self) -> None:
        """Called once in every serving process (`openagents.ops.wsgi`)."""
        from django.conf import settings

        if settings.OA_PROCESS.name == "lightning-executor":
            from apps.lightning.services.executor import startup

            startup.serving()
