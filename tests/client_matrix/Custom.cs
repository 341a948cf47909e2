// Usage: Custom URL BUNDLE: whether a program whose CustomTrustStore is filled from BUNDLE accepts the server.
// Compiled by Mono, which does not know what .NET has had since version 5: that is asked for by its name.
using System;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

public static class Custom
{
    public static int Main(string[] arguments)
    {
        Func<X509Certificate2, SslPolicyErrors, bool> accepts = (leaf, errors) =>
        {
            if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
                return false;
            var chain = new X509Chain();
            var policy = chain.ChainPolicy;
            policy.RevocationMode = X509RevocationMode.NoCheck;
            var mode = policy.GetType().GetProperty("TrustMode");
            mode.SetValue(policy, Enum.Parse(mode.PropertyType, "CustomRootTrust"));
            var store = policy.GetType().GetProperty("CustomTrustStore").GetValue(policy);
            store.GetType().GetMethod("ImportFromPemFile").Invoke(store, new object[] { arguments[1] });
            return chain.Build(leaf);
        };
        var handler = new HttpClientHandler { UseProxy = false };
        handler.ServerCertificateCustomValidationCallback = (request, leaf, chain, errors) => accepts(leaf, errors);
        try
        {
            new HttpClient(handler).GetAsync(arguments[0]).Result.Dispose();
            return 0;
        }
        catch (AggregateException error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
    }
}
