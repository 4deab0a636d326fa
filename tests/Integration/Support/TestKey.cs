namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// An OpenPGP key pair (RSA 2048, no passphrase) that protects nothing but the rows of these tests. GnuPG made it, so that the
/// encryption is held against keys of another make than the platform's own.
/// </summary>
internal static class TestKey
{
    /// <summary>The transferable public key, binary.</summary>
    public static byte[] Public => Convert.FromBase64String(
        "mQENBGsBVdQBCADuk5r1qUev2ybmKfHU/zQoXOjbeuxFc6Bcddan4J/mL4smemfP7HImW72Jb62AIezqpKfqj/XOXsn1XZYi65dVsYU6qVgk5XaAwISnOoY/fSe6Q8M+" +
        "16lYjIzzXNkh0jKydCYh8LjdZtRy+O9RyD8gzgP15CD06OUGomIv9cx6IG2hokQHC5KAHIgkkm2m8liYC5Gz8SVykbQxZsMvbWgRf3wZ2cPmQw0v7QaN/ejjdfj8Psiq" +
        "B/xI2YcbIoaq75uPzcvrQ0+IEMkA0a1V/A7knEPcWz0OLEmJcf8QPGQPD/7JVF+rsHKxJbBkYLBOKikcqxkRIJiTPLVQuQjRiVVFABEBAAG0FHRlc3QgPHRAZXhhbXBs" +
        "ZS5jb20+iQFOBBMBCgA4FiEEzbl3FDUlsLbEVByQvsgCHzRuFE4FAmsBVdQCGwEFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQvsgCHzRuFE4ZqggAyfvbpoV9b+k/" +
        "PjTQlqyWuA9wQofZPhJ8r0Q7FmxHSVG/Jrqtg+DXTTXx+8ZYmCT6IoBEVpFjMvKMvRH36QkxFsxuHTS1SnBw5/3xeanDTfcWH+oefS1BxyiI1bVe4byZikkt8DcbfLXQ" +
        "x0s9E873fYM5E4Qo5WuwbBlucxdmIO4jyBBTZPCOXsvQSikOD6jnZN6TatHftXwI7m2XsPL1cD0fBdbPsm4pUMrX+Q3h1eKrKrDHq1M3q3mudc9WAx43UXMJT8f6eK44" +
        "0GtxHaDzRSzfHFQVzyMjzgPXuHYl/o8Ix1KNRfwYDZMfZyc4tYC9vm+ok5ACrsonLhgjB47HYLkBDQRrAVXVAQgAv0F8CuQqOlwOhytCB9Eb5nZC+ZpEpcXYRQ8qZmAA" +
        "fZvjLLmhY8LKP51dcRHgpoLANuTvuzdxXGuj95teGUR3sAxdB6AFWENiqgQZyMSO6G5OEsiXO+Pjvfxoc9FGhuRou3HPsXAY/M3LCoT+g+QdePxJtIp/w/iInk+xRmMd" +
        "Rca7ar6iRjx7m6gW2zA/zWNyqG8eDtQMk5Hd8htjlMf4yIea+BVp40UTUNfvw463WJd7Rjy44nB7Daj6up0bpbgBKSJY5KCcQpY/OTKsKN61ONW6quv71pKDOZFWre8z" +
        "aRBRgVp8FmbnffIk296LQpklKdgOuVjU3ukXKwU1tNL3xQARAQABiQE1BBgBCgAgFiEEzbl3FDUlsLbEVByQvsgCHzRuFE4FAmsBVdUCGwwACgkQvsgCHzRuFE4lZwf3" +
        "WYdyF7DqadH9tPxwwXuTevOLyzEWORtx/6cJGCSkkWEOEAKSCspyQ2G0DRRtk4KpqFfZs4TcWJ20U1WghVd+CelkqqfbRXMr3N+1h6gPXPo3BKMg2AFWbZ9vPgVjIjvn" +
        "CydDEp6rHBpVY90Op5nG1/aY5X8btCrUaDUC/71kdDtkTumFLSdXpfLTLRFg9NVvbAaOKXRqu73YFU1sEAftmtoGmI/xKNdMHoOb12LsXAKYtHI/dqF5ltwGDlkQx9If" +
        "47RsWsiQgZghfHNo+J4ct/UvSt1oRenJ1FqUjWDVCYd8OAJRJ51AY3vmQNeYrWaeL9II8TvmELc/BY7C7ZFm");

    /// <summary>The transferable secret key in base64, as the setting <c>hedgerow.decryption_key</c> holds it.</summary>
    public const string Private =
        "lQOYBGsBVdQBCADuk5r1qUev2ybmKfHU/zQoXOjbeuxFc6Bcddan4J/mL4smemfP7HImW72Jb62AIezqpKfqj/XOXsn1XZYi65dVsYU6qVgk5XaAwISnOoY/fSe6Q8M+" +
        "16lYjIzzXNkh0jKydCYh8LjdZtRy+O9RyD8gzgP15CD06OUGomIv9cx6IG2hokQHC5KAHIgkkm2m8liYC5Gz8SVykbQxZsMvbWgRf3wZ2cPmQw0v7QaN/ejjdfj8Psiq" +
        "B/xI2YcbIoaq75uPzcvrQ0+IEMkA0a1V/A7knEPcWz0OLEmJcf8QPGQPD/7JVF+rsHKxJbBkYLBOKikcqxkRIJiTPLVQuQjRiVVFABEBAAEAB/0eycKqKEXdjmkXM9uH" +
        "EsYe3VqZlGPwVIsh0303nffUo1cQSKSkAw36IEW1+kkIK5ig8U3QKfLdRoNGnGS3LfMSNn4Mg3UiEdC4rd+Qmy9e+x5I3dzQ+9DZYg4Ai/9ja3ZqbC3NnHym6dHJ4pEz" +
        "2yU2bQ+6yE1ufa2srQEB0nUoX04tWRii1eyl8XFanl1TRgK9yDwu8nrMEvIQ9W/jvW9hcxaLHsFQINHg2lYVAlIF0csx4hycW11kmuKwJsTmh7pEHlvalj7df+UY2Llw" +
        "E6RDScCoJU/hL9gAJB85DvcbWrf3aZvllh7qyJWejzHm6FbhdKufamAaLFTlekP1vXnRBAD21QZkIUZNJCTaG40rcK74/QEBFLcRGrZMQEl/U3l1cEUe89dGdf6C8npH" +
        "TOcvsucABFKfqFcYLaUJPnhp1eYijmeNgKs17FzLUqQyNWkGWh833vdyjkN5pYYgAv0iJKjg6aSE40LJ5mejqVTPu0VjY3X4RsBD20ivA/sZqImCyQQA93AVXBQBMFtI" +
        "oBBx6S/KY0oiCiGe6ciKicU1g99sjQkRE8FH1plx1lx/aqg32hKc5VVqBNIrXfCbr1XkotqtpIl0aRjpBo/E7Gt0f6DSWIdmiyNFu67ZkOLIVvEXW6J1bJl16RBgkWG9" +
        "PEOFD3E2SwyoWDnASHkphd/MhpiDIJ0D/irtg1TD+2mkSODaQHiUr5jN3D9dVDXqkQWpbT9Qitmz1rxOFPeGQz1KY0L4u4qM50mGy+6RDJ9224Jy8q03Bav8HPcFy/nM" +
        "Z3yQIvIvNxXp/VfPLSH3d/J1ZFqJFXNaZQ/QlygV5uqOvAmP349IE/b4dOzHENqD5hDg+sY5IGCAQAm0FHRlc3QgPHRAZXhhbXBsZS5jb20+iQFOBBMBCgA4FiEEzbl3" +
        "FDUlsLbEVByQvsgCHzRuFE4FAmsBVdQCGwEFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQvsgCHzRuFE4ZqggAyfvbpoV9b+k/PjTQlqyWuA9wQofZPhJ8r0Q7FmxH" +
        "SVG/Jrqtg+DXTTXx+8ZYmCT6IoBEVpFjMvKMvRH36QkxFsxuHTS1SnBw5/3xeanDTfcWH+oefS1BxyiI1bVe4byZikkt8DcbfLXQx0s9E873fYM5E4Qo5WuwbBlucxdm" +
        "IO4jyBBTZPCOXsvQSikOD6jnZN6TatHftXwI7m2XsPL1cD0fBdbPsm4pUMrX+Q3h1eKrKrDHq1M3q3mudc9WAx43UXMJT8f6eK440GtxHaDzRSzfHFQVzyMjzgPXuHYl" +
        "/o8Ix1KNRfwYDZMfZyc4tYC9vm+ok5ACrsonLhgjB47HYJ0DmARrAVXVAQgAv0F8CuQqOlwOhytCB9Eb5nZC+ZpEpcXYRQ8qZmAAfZvjLLmhY8LKP51dcRHgpoLANuTv" +
        "uzdxXGuj95teGUR3sAxdB6AFWENiqgQZyMSO6G5OEsiXO+Pjvfxoc9FGhuRou3HPsXAY/M3LCoT+g+QdePxJtIp/w/iInk+xRmMdRca7ar6iRjx7m6gW2zA/zWNyqG8e" +
        "DtQMk5Hd8htjlMf4yIea+BVp40UTUNfvw463WJd7Rjy44nB7Daj6up0bpbgBKSJY5KCcQpY/OTKsKN61ONW6quv71pKDOZFWre8zaRBRgVp8FmbnffIk296LQpklKdgO" +
        "uVjU3ukXKwU1tNL3xQARAQABAAf7BTGeUH5nPiv7UgTk92jgmNbb1ULw+85+Y8u4Y0zWnpKh7fhBj3+99dHMdJJfdy4kUalQcFVeXPvoWURNHyMKnAuN6DPaiU3VK1hO" +
        "qfLajanXMW/kmYIEEIf+/ywu/eFMjdCWqxMn/o+JJMk9TzAd88foKYC8XQJOFXyFDCwLYrZpm2TXLAuu7+A7cOhO0A32OuaLF7mIkP38IMXnBD62WkZQ9wi1nkdXsJeS" +
        "mZQXWiZz/uK5239TDOPhjV6Rs8Qrg30CYqRwDFnCkZ+uVAg0x8RTkLDuJXwlzXCJiQWv2n3i1RGayESc2XPGxLkzX0FLObRdrw2oHID0rp47aBAXcQQAztWXV9aKIL+t" +
        "owJBA0vVVH0w8AQECiBoVu9T4bD9J+L5/Y3b9z1LAGZOLIPL8nwRehbO9ZhhmLNJ4GXh+N5+6QsBMJL6Y+RpElFE/protc4/b+jPfbNk2JVLQWL1sYLiTY+Ks0IYAwnb" +
        "Fkft36DiJVS1QW6LzloaRpqjoJL9QdEEAOy35gOA3tcOlfhph79ZRrtoAxkuylugkoyxAG0xCZ/QIfOrNxaqApCkYM/+P/33oSIvEr+ydcuPNO4QY6uqgmBpI5XCe0rY" +
        "ilLcUDct3t3MKt4MXpxbKXQvf5ZF8bjSCyjPaCs8CD/2bWbAiPvUQDnWITMkj/EHC7RTHhT2wT+1A/4zgON2+WvPoTPeX4RmGfzILj6LJ3hDdiwntc/BKLgQJR6MrftH" +
        "B8dQfjRL865lY56TE8sOLAf3swDlXnXkL5bcOualdu4y11qadSry1GkAIMcLu/578NaR7N63DWS11TFHKIdjgSza8ZSLVJR4EY//3Bn4crYGenUKSlfn7qCgfkVtiQE1" +
        "BBgBCgAgFiEEzbl3FDUlsLbEVByQvsgCHzRuFE4FAmsBVdUCGwwACgkQvsgCHzRuFE4lZwf3WYdyF7DqadH9tPxwwXuTevOLyzEWORtx/6cJGCSkkWEOEAKSCspyQ2G0" +
        "DRRtk4KpqFfZs4TcWJ20U1WghVd+CelkqqfbRXMr3N+1h6gPXPo3BKMg2AFWbZ9vPgVjIjvnCydDEp6rHBpVY90Op5nG1/aY5X8btCrUaDUC/71kdDtkTumFLSdXpfLT" +
        "LRFg9NVvbAaOKXRqu73YFU1sEAftmtoGmI/xKNdMHoOb12LsXAKYtHI/dqF5ltwGDlkQx9If47RsWsiQgZghfHNo+J4ct/UvSt1oRenJ1FqUjWDVCYd8OAJRJ51AY3vm" +
        "QNeYrWaeL9II8TvmELc/BY7C7ZFm";
}
