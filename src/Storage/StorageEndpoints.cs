using Hedgerow.Storage.Api;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Images;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.Reconcile;
using Hedgerow.Storage.Resumable;
using Hedgerow.Storage.S3Protocol;
using Hedgerow.Storage.S3Protocol.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hedgerow.Storage;

/// <summary>The Storage room: what it is made of, and its routes (supabase/storage, src/http/routes).</summary>
public static class StorageEndpoints
{
    /// <summary>Where the room is served. Its bodies have limits of their own.</summary>
    public const string BasePath = "/storage/v1";

    private static readonly string[] s_reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string s_version = typeof(StorageEndpoints).Assembly.GetName().Version!.ToString(fieldCount: 3);

    /// <summary>
    /// Whether <c>Authorization</c> is a token there, with <c>Bearer</c> before it or without, as Supabase's storage has it (src/http/plugins/jwt.ts).
    /// Over the S3 protocol it is a signature.
    /// </summary>
    public static bool TakesBareTokens(PathString path) =>
        path.StartsWithSegments(BasePath, StringComparison.Ordinal, out var below) && !below.StartsWithSegments(S3Route.Path);

    /// <summary>What each way of uploading has under way between its requests, for <see cref="Reconciler"/>.</summary>
    public static IReadOnlyList<UploadsInFlight> InFlight(StorageDatabase database, IObjectBackend backend, StorageOptions options) =>
    [
        new UploadEnding(new UploadRows(database), database, backend).InFlight,
        new AbandonedUploads(database, backend, TimeSpan.FromHours(options.MultipartExpiryHours)).InFlight,
    ];

    /// <summary>The room's services. The host provides <see cref="UrlTokens"/>, <see cref="PublicAddress"/> and what <see cref="S3ProtocolSetup"/> wants, and sets the <c>Identity</c> feature on every request.</summary>
    /// <param name="database">The pool of <c>hedgerow_storage</c>.</param>
    /// <param name="backend">Where the bytes are; the container disposes it.</param>
    public static void AddStorage(this IServiceCollection services, StorageOptions options, NpgsqlDataSource database, IObjectBackend backend)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => backend);
        services.AddSingleton(new StorageDatabase(database));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<SignedUrls>();
        services.AddSingleton<StorageRoute>();
        services.AddSingleton<Buckets>();
        services.AddSingleton<PublicObjects>();
        services.AddSingleton<RecentBytes>();
        services.AddSingleton<ObjectReader>();
        services.AddSingleton<ObjectWriter>();
        services.AddSingleton<ObjectRemover>();
        services.AddSingleton<ObjectMover>();
        services.AddSingleton<ObjectLister>();
        services.AddSingleton<ObjectResponse>();
        services.AddSingleton<IEnumerable<UploadsInFlight>>(room => InFlight(room.GetRequiredService<StorageDatabase>(), backend, options));
        services.AddSingleton<Reconciler>();
        services.AddHostedService<ReconcileJob>();
        services.AddSingleton<BucketEndpoints>();
        services.AddSingleton<UploadEndpoints>();
        services.AddSingleton<DownloadEndpoints>();
        services.AddSingleton<SignEndpoints>();
        services.AddSingleton<ListEndpoints>();
        services.AddSingleton<ObjectEndpoints>();
        services.AddSingleton<ImageRenderer>();
        services.AddSingleton<RenderEndpoints>();
        services.AddSingleton<CacheEndpoints>();
        services.AddSingleton<HealthEndpoints>();
        services.AddResumableUploads();
        services.AddS3Protocol();
    }

    public static void MapStorage(this IEndpointRouteBuilder routes)
    {
        var storage = routes.MapGroup(BasePath);
        var room = routes.ServiceProvider;
        var route = room.GetRequiredService<StorageRoute>();
        storage.MapBuckets(route, room.GetRequiredService<BucketEndpoints>());
        storage.MapObjects(route, room);
        storage.MapImages(route, room.GetRequiredService<RenderEndpoints>());
        storage.MapCache(route, room.GetRequiredService<CacheEndpoints>());
        storage.MapResumableUploads(route, room.GetRequiredService<ResumableEndpoints>());
        storage.MapS3Protocol(route, room);
        storage.MapMethods("/status", s_reading, () => Results.Text(""));
        storage.MapMethods("/version", s_reading, () => Results.Text(s_version));
        storage.MapMethods("/health", s_reading, route.Of("storage.health", room.GetRequiredService<HealthEndpoints>().GetAsync));
        storage.Map("/{**path}", StorageRoute.NotFoundAsync);
    }

    private static void MapBuckets(this RouteGroupBuilder storage, StorageRoute route, BucketEndpoints buckets)
    {
        storage.MapGet("/bucket", route.Of("storage.bucket.list", buckets.ListAsync));
        storage.MapPost("/bucket", route.Of("storage.bucket.create", buckets.CreateAsync));
        storage.MapGet("/bucket/{bucket}", route.Of("storage.bucket.get", buckets.GetAsync));
        storage.MapPut("/bucket/{bucket}", route.Of("storage.bucket.update", buckets.UpdateAsync));
        storage.MapDelete("/bucket/{bucket}", route.Of("storage.bucket.delete", buckets.DeleteAsync));
        storage.MapPost("/bucket/{bucket}/empty", route.Of("storage.bucket.empty", buckets.EmptyAsync));
        storage.MapGet("/bucket/{bucket}/lifecycle", route.Of("storage.bucket.get_lifecycle", buckets.LifecycleAsync));
        storage.MapPut("/bucket/{bucket}/lifecycle", route.Of("storage.bucket.put_lifecycle", buckets.LifecycleAsync));
        storage.MapDelete("/bucket/{bucket}/lifecycle", route.Of("storage.bucket.delete_lifecycle", buckets.LifecycleAsync));
    }

    private static void MapImages(this RouteGroupBuilder storage, StorageRoute route, RenderEndpoints images)
    {
        storage.MapMethods("/render/image/public/{bucket}/{**name}", s_reading, route.Of("storage.render.image_public", images.GetPublicAsync, needsToken: false));
        storage.MapMethods("/render/image/authenticated/{bucket}/{**name}", s_reading, route.Of("storage.render.image_authenticated", images.GetAuthenticatedAsync));
        storage.MapMethods("/render/image/sign/{bucket}/{**name}", s_reading, route.Of("storage.render.image_sign", images.GetSignedAsync, needsToken: false));
    }

    private static void MapCache(this RouteGroupBuilder storage, StorageRoute route, CacheEndpoints cache)
    {
        storage.MapDelete("/cdn", route.Of("storage.cdn.purge_tenant_cache", cache.PurgeAsync));
        storage.MapDelete("/cdn/{bucket}", route.Of("storage.cdn.purge_bucket_cache", cache.PurgeAsync));
        storage.MapDelete("/cdn/{bucket}/{**name}", route.Of("storage.cdn.purge_object_cache", cache.PurgeAsync));
    }

    private static void MapObjects(this RouteGroupBuilder storage, StorageRoute route, IServiceProvider room)
    {
        var uploads = room.GetRequiredService<UploadEndpoints>();
        var downloads = room.GetRequiredService<DownloadEndpoints>();
        var signing = room.GetRequiredService<SignEndpoints>();
        var lists = room.GetRequiredService<ListEndpoints>();
        var objects = room.GetRequiredService<ObjectEndpoints>();

        storage.MapPost("/object/move", route.Of("storage.object.move", objects.MoveAsync));
        storage.MapPost("/object/copy", route.Of("storage.object.copy", objects.CopyAsync));
        storage.MapPost("/object/list/{bucket}", route.Of("storage.object.list", lists.ListAsync));
        storage.MapPost("/object/list-v2/{bucket}", route.Of("storage.object.list_v2", lists.ListV2Async));

        storage.MapPost("/object/sign/{bucket}", route.Of("storage.object.sign_many", signing.SignManyAsync));
        storage.MapPost("/object/sign/{bucket}/{**name}", route.Of("storage.object.sign", signing.SignAsync));
        storage.MapMethods("/object/sign/{bucket}/{**name}", s_reading, route.Of("storage.object.get_signed", downloads.GetSignedAsync, needsToken: false));
        storage.MapPost("/object/upload/sign/{bucket}/{**name}", route.Of("storage.object.sign_upload_url", signing.SignUploadAsync));
        storage.MapPut("/object/upload/sign/{bucket}/{**name}", route.Of("storage.object.upload_signed", uploads.PutSignedAsync, needsToken: false));

        storage.MapMethods("/object/info/public/{bucket}/{**name}", s_reading, route.Of("storage.object.info_public", (r, c) => downloads.InfoAsync(r, onlyPublic: true, c), needsToken: false));
        storage.MapMethods("/object/info/authenticated/{bucket}/{**name}", s_reading, route.Of("storage.object.info_authenticated", (r, c) => downloads.InfoAsync(r, onlyPublic: false, c)));
        storage.MapMethods("/object/info/{bucket}/{**name}", s_reading, route.Of("storage.object.info_authenticated", (r, c) => downloads.InfoAsync(r, onlyPublic: false, c), needsToken: false));

        storage.MapMethods("/object/public/{bucket}/{**name}", s_reading, route.Of("storage.object.get_public", (r, c) => downloads.GetAsync(r, onlyPublic: true, c), needsToken: false));
        storage.MapMethods("/object/authenticated/{bucket}/{**name}", s_reading, route.Of("storage.object.get_authenticated", (r, c) => downloads.GetAsync(r, onlyPublic: false, c)));
        storage.MapMethods("/object/{bucket}/{**name}", s_reading, route.Of("storage.object.get_authenticated", (r, c) => downloads.GetAsync(r, onlyPublic: false, c), needsToken: false));

        storage.MapPost("/object/{bucket}/{**name}", route.Of("storage.object.upload", uploads.PostAsync));
        storage.MapPut("/object/{bucket}/{**name}", route.Of("storage.object.upload_update", uploads.PutAsync));
        storage.MapDelete("/object/{bucket}", route.Of("storage.object.delete_many", objects.RemoveManyAsync));
        storage.MapDelete("/object/{bucket}/{**name}", route.Of("storage.object.delete", objects.RemoveAsync));
    }
}
