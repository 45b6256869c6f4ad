# The steps of deploy/serve.sh in two stages: build and fetch the default models, then run without compiler and Python.
FROM swift:6.3-bookworm AS build
WORKDIR /fovea
COPY deploy/setup.sh deploy/build.sh deploy/
RUN deploy/build.sh --libraries-only && apt-get install -y --no-install-recommends python3 python3-pip
COPY Package.swift openapi.yaml ./
COPY Sources Sources
COPY Tests Tests
COPY Models Models
RUN deploy/build.sh \
    && strip -o /usr/local/bin/fovea "$(deploy/build.sh --show-binary)" \
    && fovea models pull efficientnet-lite0 --models /models \
    && bash -c '. deploy/setup.sh && install_shipped_models /models'

FROM debian:12-slim
COPY deploy/setup.sh deploy/install-runtime.sh /tmp/deploy/
RUN /tmp/deploy/install-runtime.sh && rm -r /tmp/deploy /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/fovea fovea
COPY --from=build /usr/local/bin/fovea /usr/local/bin/fovea
COPY --from=build --chown=fovea /models /var/lib/fovea/models
USER fovea
WORKDIR /var/lib/fovea
VOLUME /var/lib/fovea
ENV FOVEA_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK CMD bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && printf "GET /healthz HTTP/1.0\r\n\r\n" >&3 && grep -q "200 OK" <&3'
ENTRYPOINT ["fovea"]
CMD ["serve"]
