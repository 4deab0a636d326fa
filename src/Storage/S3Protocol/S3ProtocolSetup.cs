using Hedgerow.Storage.Api;
using Hedgerow.Storage.S3Protocol.Calls;
using Hedgerow.Storage.S3Protocol.Keys;
using Hedgerow.Storage.S3Protocol.Signing;
using Hedgerow.Storage.S3Protocol.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>What the S3 protocol is made of, and its routes. The host provides <see cref="SessionTokens"/> and <see cref="AccessKeySecrets"/>.</summary>
internal static class S3ProtocolSetup
{
    public static void AddS3Protocol(this IServiceCollection services)
    {
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<AccessKeyEndpoints>();
        services.AddSingleton<S3Authenticator>();
        services.AddSingleton<MultipartUploads>();
        services.AddSingleton<BucketCalls>();
        services.AddSingleton<ListCalls>();
        services.AddSingleton<ReadCalls>();
        services.AddSingleton<WriteCalls>();
        services.AddSingleton<DeleteCalls>();
        services.AddSingleton<CopyCalls>();
        services.AddSingleton<PartCalls>();
        services.AddSingleton<UploadCalls>();
        services.AddSingleton<FormCalls>();
        services.AddSingleton<S3Calls>();
        services.AddSingleton<S3Route>();
    }

    public static void MapS3Protocol(this RouteGroupBuilder storage, StorageRoute route, IServiceProvider room)
    {
        var keys = room.GetRequiredService<AccessKeyEndpoints>();
        storage.MapGet("/s3-keys", route.Of("storage.s3.key.list", keys.ListAsync));
        storage.MapPost("/s3-keys", route.Of("storage.s3.key.create", keys.CreateAsync));
        storage.MapDelete("/s3-keys/{name}", route.Of("storage.s3.key.revoke", keys.RevokeAsync));
        RequestDelegate handle = room.GetRequiredService<S3Route>().HandleAsync;
        storage.Map($"{S3Route.Path}/{{**path}}", handle);
    }
}
