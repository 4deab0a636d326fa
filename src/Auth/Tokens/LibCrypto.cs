using System.Runtime.InteropServices;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// The part of OpenSSL's libcrypto that signs and verifies on Edwards curves, which .NET's base library has not. On Linux .NET itself brings the
/// same library into the process; elsewhere it does not, and is not looked for. Source: OpenSSL, EVP_PKEY_new(3), EVP_DigestVerifyInit(3),
/// EVP_SIGNATURE-ED25519(7).
/// </summary>
internal static partial class LibCrypto
{
    private const string Lib = "crypto";

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, static (name, _, _) => name == Lib && TryLoad(out var lib) ? lib : 0);

    /// <summary>Whether this platform has the library.</summary>
    public static bool IsPresent { get; } = TryLoad(out _);

    /// <summary>The key of <paramref name="type"/> (an object's number, <c>NID_…</c>) with these private octets; invalid where they make none.</summary>
    [LibraryImport(Lib, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    public static partial PKey NewPrivateKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    /// <inheritdoc cref="NewPrivateKey"/>
    [LibraryImport(Lib, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    public static partial PKey NewPublicKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Lib, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    public static partial int GetPublicKey(PKey key, Span<byte> octets, ref nuint length);

    [LibraryImport(Lib, EntryPoint = "EVP_MD_CTX_new")]
    public static partial DigestContext NewContext();

    [LibraryImport(Lib, EntryPoint = "EVP_DigestVerifyInit")]
    public static partial int VerifyInit(DigestContext context, nint keyContext, nint digest, nint engine, PKey key);

    [LibraryImport(Lib, EntryPoint = "EVP_DigestVerify")]
    public static partial int Verify(DigestContext context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> input, nuint inputLength);

    [LibraryImport(Lib, EntryPoint = "EVP_DigestSignInit")]
    public static partial int SignInit(DigestContext context, nint keyContext, nint digest, nint engine, PKey key);

    [LibraryImport(Lib, EntryPoint = "EVP_DigestSign")]
    public static partial int Sign(DigestContext context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> input, nuint inputLength);

    /// <summary>Forgets this thread's errors: the base library would take them for its own.</summary>
    [LibraryImport(Lib, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Lib, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Lib, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    private static bool TryLoad(out nint lib)
    {
        lib = 0;
        return OperatingSystem.IsLinux() && (NativeLibrary.TryLoad("libcrypto.so.3", out lib) || NativeLibrary.TryLoad("libcrypto.so.1.1", out lib));
    }

    /// <summary>An <c>EVP_PKEY</c>. Many threads may use one.</summary>
    internal sealed class PKey() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    /// <summary>An <c>EVP_MD_CTX</c>: for one signature.</summary>
    internal sealed class DigestContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
