# One image, any plane: OA_PLANE says which. `serve` is the production server, `worker` and `beat` are Celery's.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN OA_PLANE=control OA_STATIC_ROOT=/app/static /venv/bin/python manage.py collectstatic --no-input -v 0

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 openagents
COPY --from=build /venv /venv
COPY --from=build --chown=openagents /app /app
WORKDIR /app
USER openagents
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 OA_STATIC_ROOT=/app/static OA_ENV=prod
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
