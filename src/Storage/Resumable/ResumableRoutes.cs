using Hedgerow.Storage.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Storage.Resumable;

/// <summary><c>/upload/resumable</c>, and <c>/upload/resumable/sign</c> for those with a signed URL.</summary>
internal static class ResumableRoutes
{
    public static void AddResumableUploads(this IServiceCollection services)
    {
        services.AddSingleton<UploadRows>();
        services.AddSingleton<UploadAppender>();
        services.AddSingleton<UploadFinisher>();
        services.AddSingleton<UploadEnding>();
        services.AddSingleton<ResumableEndpoints>();
    }

    public static void MapResumableUploads(this RouteGroupBuilder storage, StorageRoute route, ResumableEndpoints uploads)
    {
        foreach (var isSigned in new[] { false, true })
        {
            var path = isSigned ? "/upload/resumable/sign" : "/upload/resumable";
            var describe = Of("options", (request, _) => uploads.DescribeAsync(request), isPublic: true);
            storage.Map(path, ByMethod(new(StringComparer.OrdinalIgnoreCase)
            {
                [HttpMethods.Options] = describe,
                [HttpMethods.Post] = Of("upload.create", (request, cancellation) => uploads.CreateAsync(request, isSigned, cancellation)),
            }));
            storage.Map(path + "/{id}", ByMethod(new(StringComparer.OrdinalIgnoreCase)
            {
                [HttpMethods.Options] = describe,
                [HttpMethods.Head] = Of("upload.get", (request, cancellation) => uploads.LookAsync(request, isSigned, cancellation)),
                [HttpMethods.Patch] = Of("upload.part", (request, cancellation) => uploads.AppendAsync(request, isSigned, cancellation)),
                [HttpMethods.Delete] = Of("upload.delete", (request, cancellation) => uploads.RemoveAsync(request, isSigned, cancellation)),
            }));

            RequestDelegate Of(string operation, StorageHandler handler, bool isPublic = false) => route.Of(
                $"storage.tus.{operation}{(isSigned ? "_signed" : "")}", handler, needsToken: !isPublic && !isSigned, TusHeaders.RefuseAsync);
        }
    }

    /// <summary>By the method that is meant: where PATCH and DELETE do not pass, clients say so in a header (TUS, X-HTTP-Method-Override).</summary>
    private static RequestDelegate ByMethod(Dictionary<string, RequestDelegate> handlers) => http =>
    {
        var request = http.Request;
        var method = request.Headers["X-HTTP-Method-Override"].ToString() is { Length: > 0 } meant ? meant : request.Method;
        if (!handlers.TryGetValue(method, out var handle)) return StorageRoute.NotFoundAsync(http);
        return HttpMethods.IsOptions(method) || request.Headers["Tus-Resumable"] == TusHeaders.Version ? handle(http) : TusHeaders.RefuseAsync(http, TusErrors.WrongVersion);
    };
}
