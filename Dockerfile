# The gateway alone; PostgreSQL and object storage are containers of their own (docker-compose.yml).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json ./
COPY src/ src/
RUN dotnet publish src/Cli/Hedgerow.Cli.csproj -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl libvips42 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o app -g app -m 700 /var/lib/hedgerow
WORKDIR /app
COPY --from=build /app ./
COPY sql/ sql/
ENV DOTNET_gcServer=0 DOTNET_GCConserveMemory=5 \
    HEDGEROW_Gateway__Urls=http://0.0.0.0:8000
# The account "app" comes with the base image.
USER app
VOLUME /var/lib/hedgerow
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=6s --start-period=60s --retries=5 CMD ["curl", "--fail", "--silent", "--show-error", "http://127.0.0.1:8000/health/ready"]
# The database comes from HEDGEROW_Db__Url, the secrets from HEDGEROW_Jwt__Secret, HEDGEROW_Db__LoginSecret and HEDGEROW_Encryption__PrivateKey.
ENTRYPOINT ["dotnet", "hedgerow.dll"]
CMD ["up", "--state", "/var/lib/hedgerow"]
