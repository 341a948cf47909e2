using System;
using System.Net;

public static class Client
{
    public static int Main(string[] arguments)
    {
        try
        {
            var request = WebRequest.Create(arguments[0]);
            request.Proxy = null;
            request.GetResponse().Close();
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
    }
}
