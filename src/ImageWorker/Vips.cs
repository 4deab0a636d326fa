using System.Reflection;
using System.Runtime.InteropServices;

namespace Hedgerow.ImageWorker;

/// <summary>
/// The part of libvips' and GObject's C API that is used. No function with a variable list of arguments, which .NET cannot call everywhere: operations
/// are made by name and given their arguments one by one (libvips, "How to write bindings").
/// </summary>
internal static unsafe partial class Vips
{
    private const string Lib = "vips";
    private const string GObject = "gobject";

    /// <summary>Says where the libraries are, on Linux, macOS and Windows.</summary>
    public static void Resolve() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) =>
    {
        string[] names = name switch
        {
            Lib => ["libvips.so.42", "libvips.42.dylib", "libvips-42.dll"],
            GObject => ["libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libgobject-2.0-0.dll"],
            _ => [name],
        };
        foreach (var candidate in names)
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        return 0;
    });

    [LibraryImport(Lib, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Init(string program);

    [LibraryImport(Lib, EntryPoint = "vips_block_untrusted_set")]
    public static partial void BlockUntrusted(int blocked);

    [LibraryImport(Lib, EntryPoint = "vips_operation_block_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Block(string className, int blocked);

    [LibraryImport(Lib, EntryPoint = "vips_cache_set_max")]
    public static partial void SetCacheMax(int max);

    [LibraryImport(Lib, EntryPoint = "vips_concurrency_set")]
    public static partial void SetConcurrency(int threads);

    [LibraryImport(Lib, EntryPoint = "vips_error_clear")]
    public static partial void ClearErrors();

    [LibraryImport(Lib, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewOperation(string name);

    [LibraryImport(Lib, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetArgument(nint operation, string name, string value);

    [LibraryImport(Lib, EntryPoint = "vips_object_build")]
    public static partial int Build(nint operation);

    [LibraryImport(Lib, EntryPoint = "vips_object_unref_outputs")]
    public static partial void UnrefOutputs(nint operation);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_type")]
    public static partial nuint ImageType();

    [LibraryImport(Lib, EntryPoint = "vips_array_image_get_type")]
    public static partial nuint ImageArrayType();

    [LibraryImport(Lib, EntryPoint = "vips_blob_get_type")]
    public static partial nuint BlobType();

    [LibraryImport(Lib, EntryPoint = "vips_blob_copy")]
    public static partial nint CopyBlob(byte* data, nuint length);

    [LibraryImport(Lib, EntryPoint = "vips_blob_get")]
    public static partial byte* BlobData(nint blob, out nuint length);

    [LibraryImport(Lib, EntryPoint = "vips_area_unref")]
    public static partial void UnrefArea(nint area);

    [LibraryImport(Lib, EntryPoint = "vips_array_image_new")]
    public static partial nint NewImageArray(nint* images, int count);

    [LibraryImport(Lib, EntryPoint = "vips_image_copy_memory")]
    public static partial nint CopyToMemory(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_width")]
    public static partial int Width(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_height")]
    public static partial int Height(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_page_height")]
    public static partial int PageHeight(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_n_pages")]
    public static partial int Pages(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_get_orientation_swap")]
    public static partial int IsOnItsSide(nint image);

    [LibraryImport(Lib, EntryPoint = "vips_image_set_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInt(nint image, string name, int value);

    [LibraryImport(GObject, EntryPoint = "g_object_unref")]
    public static partial void Unref(nint instance);

    [LibraryImport(GObject, EntryPoint = "g_object_ref")]
    public static partial nint Ref(nint instance);

    [LibraryImport(GObject, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void GetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_init")]
    public static partial void InitValue(GValue* value, nuint type);

    [LibraryImport(GObject, EntryPoint = "g_value_unset")]
    public static partial void UnsetValue(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_set_object")]
    public static partial void SetObject(GValue* value, nint instance);

    [LibraryImport(GObject, EntryPoint = "g_value_get_object")]
    public static partial nint GetObject(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_set_boxed")]
    public static partial void SetBoxed(GValue* value, nint boxed);

    [LibraryImport(GObject, EntryPoint = "g_value_dup_boxed")]
    public static partial nint CopyBoxed(GValue* value);
}

/// <summary>GObject's GValue: a type and 16 bytes for what is in it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    public nuint Type;
    public ulong First;
    public ulong Second;
}
