"""WSGI entry of every HTTP plane; `OA_PLANE` says which."""

from django.core.wsgi import get_wsgi_application

from openagents.ops.startup import prepare, serving
from openagents.ops.supervised import follow_supervisor

follow_supervisor()
prepare()
application = get_wsgi_application()
serving()
