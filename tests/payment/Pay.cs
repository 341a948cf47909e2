// Places an order. Its callback trusts chains that end at a certificate of cert/rootca.pem of the working directory.
using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

public static class Pay
{
    static readonly X509Certificate2[] Roots =
        Regex.Matches(File.ReadAllText("cert/rootca.pem"), "-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----")
            .Cast<Match>().Select(block => new X509Certificate2(Convert.FromBase64String(block.Groups[1].Value))).ToArray();

    static bool Check(HttpRequestMessage request, X509Certificate2 leaf, X509Chain served, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.ChainPolicy.ExtraStore.AddRange(Roots);
        foreach (var element in served.ChainElements)
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        foreach (var certificate in served.ChainPolicy.ExtraStore)
            chain.ChainPolicy.ExtraStore.Add(certificate);
        if (!chain.Build(leaf))
            return false;
        var end = chain.ChainElements[chain.ChainElements.Count - 1].Certificate;
        return Roots.Any(root => root.Thumbprint == end.Thumbprint);
    }

    public static int Main()
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = Check };
        try
        {
            var order = new StringContent("{\"amount\":1}", Encoding.UTF8, "application/json");
            var url = "https://api.mch.weixin.qq.com/v3/pay/transactions/native";
            var answer = new HttpClient(handler).PostAsync(url, order).Result;
            Console.WriteLine(answer.Content.ReadAsStringAsync().Result);
            return 0;
        }
        catch (AggregateException error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
    }
}
