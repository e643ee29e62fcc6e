# syntax=docker/dockerfile:1
# docker build -t t2i-person .                  the CPU image (the last stage is what a plain build makes)
# docker build -t t2i-person:cuda --target cuda .
# docker build -t t2i-person --build-arg FACES=1 .   photographs, too: for research and evaluation only
# docker build -t t2i-person:ray --build-arg EXTRAS="postgres ray" .   for Ray Serve
# docker run --rm -p 9008:9008 t2i-person
# The embedded weights are inside; nothing is fetched at run time: `--network none` works for `t2i-person draw`.

ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /src
# The dependencies first: their heavy layer changes only with pyproject.toml, not with the code.
COPY pyproject.toml ./
ARG EXTRAS=postgres
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
    more = [line for name in '$EXTRAS'.split() for line in p['optional-dependencies'][name]]; \
    print(*p['dependencies'], *more, sep='\n')" > requirements.txt

# Give PyTorch's index of CPU wheels to keep gigabytes of CUDA libraries out; without it torch comes from pip's
# usual index.
FROM build AS build-cpu
ARG TORCH_INDEX=
RUN grep '^torch==' requirements.txt > torch.txt \
    && pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r torch.txt \
    && pip install -r requirements.txt
COPY README.md LICENSE ./
COPY src ./src
RUN pip install --no-deps .

# PyTorch's default wheels for Linux bring the CUDA runtime that they were built for; the host has the driver.
FROM build AS build-cuda
RUN pip install -r requirements.txt
COPY README.md LICENSE ./
COPY src ./src
RUN pip install --no-deps .

FROM python:${PYTHON} AS run
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 \
    T2I_PERSON_HOST=0.0.0.0 T2I_PERSON_PORT=9008 T2I_PERSON_DATA=/data T2I_PERSON_PACKS=/packs
# /data: people kept by name, and jobs that a stop interrupted. /packs: weights of your own.
RUN useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin person \
    && install -d -o person -g person /data /packs
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 9008
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9008/health', timeout=4)"]
ENTRYPOINT ["t2i-person"]
CMD ["serve"]

FROM run AS cuda
ENV T2I_PERSON_DEVICE=cuda NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build-cuda /opt/venv /opt/venv
ARG FACES=
RUN test -z "$FACES" || t2i-person packs pull faces --yes

FROM run AS cpu
COPY --from=build-cpu /opt/venv /opt/venv
ARG FACES=
RUN test -z "$FACES" || t2i-person packs pull faces --yes
