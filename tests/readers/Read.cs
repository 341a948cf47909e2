// Usage: Read pem|store FOLDER PORTS... < names
// pem: what X509Certificate2Collection.ImportFromPemFile makes of FOLDER/NAME.pem; the output is that of read.py.
// store: for whom the roots of SSL_CERT_FILE vouch; one name, and what is said of it in the same form.
// Compiled by Mono, which does not know what .NET has had since version 5: that is asked for by its name.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

static class Read
{
    static readonly string[] Letters = { "A", "B", "C" };

    static int Main(string[] arguments)
    {
        foreach (string name in Console.In.ReadToEnd().Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
            Console.WriteLine(name + " " + (arguments[0] == "pem" ? Pem(arguments[1], name) : Store(arguments[1])));
        return 0;
    }

    static string Pem(string folder, string name)
    {
        var found = new X509Certificate2Collection();
        int error = 0;
        try
        {
            MethodInfo import = found.GetType().GetMethod("ImportFromPemFile");
            import.Invoke(found, new object[] { Path.Combine(folder, name + ".pem") });
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException is CryptographicException)
        {
            error = 1;
        }
        var keys = new HashSet<string>();
        var different = new HashSet<string>();
        foreach (X509Certificate2 certificate in found)
        {
            keys.Add(certificate.GetPublicKeyString());
            different.Add(certificate.GetRawCertDataString());
        }
        string trusted = "";
        foreach (string letter in Letters)
            if (keys.Contains(Certificate(folder, "root" + letter).GetPublicKeyString()))
                trusted += letter;
        return Shown(trusted) + " " + error + " " + different.Count;
    }

    static string Store(string folder)
    {
        string trusted = "";
        foreach (string letter in Letters)
        {
            var chain = new X509Chain();
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            if (chain.Build(Certificate(folder, "leaf" + letter)))
                trusted += letter;
        }
        return Shown(trusted) + " - -";
    }

    static X509Certificate2 Certificate(string folder, string name)
    {
        return new X509Certificate2(File.ReadAllBytes(Path.Combine(folder, name + ".der")));
    }

    static string Shown(string letters)
    {
        return letters == "" ? "-" : letters;
    }
}
