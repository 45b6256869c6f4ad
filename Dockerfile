# The same steps as deploy/serve.sh, in two stages: build with the toolchain, run without it.
FROM swift:6.3-bookworm AS build
WORKDIR /fovea
COPY deploy/setup.sh deploy/build.sh deploy/
RUN deploy/build.sh --libraries-only
COPY Package.swift openapi.yaml ./
COPY Sources Sources
COPY Tests Tests
COPY Models Models
RUN deploy/build.sh && cp "$(deploy/build.sh --show-binary)" /usr/local/bin/fovea

FROM debian:12-slim
COPY deploy/setup.sh deploy/install-runtime.sh /tmp/deploy/
RUN /tmp/deploy/install-runtime.sh && rm -r /tmp/deploy /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/fovea fovea
COPY --from=build /usr/local/bin/fovea /usr/local/bin/fovea
USER fovea
WORKDIR /var/lib/fovea
VOLUME /var/lib/fovea
ENV FOVEA_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK CMD ["fovea", "inspect", "--help"]
ENTRYPOINT ["fovea"]
CMD ["serve"]
