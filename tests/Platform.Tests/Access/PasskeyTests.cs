using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Passkeys, with an authenticator of software: ES256, no attestation.</summary>
public sealed class PasskeyTests(World world)
{
    [Fact]
    public async Task A_person_signs_in_with_a_passkey_that_they_made()
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var phone = new Authenticator(world.Instance.Address);
        var made = await phone.Register(browser);
        Assert.Equal("Điện thoại của tôi", made.Text("name"));
        using var other = new Browser(world);
        using var answer = await phone.SignIn(other);
        Assert.Equal(key, (await answer.Body(HttpStatusCode.OK)).Text("key"));
        Assert.Equal("Passkey", Assert.Single(await other.Client.Rows("/v1/me/sessions"), s => s.Text("current") == "true").Text("method"));
        Assert.NotNull(Assert.Single(await browser.Client.Rows("/v1/me/passkeys")).Text("lastUsedAt"));
        Assert.Equal(HttpStatusCode.NoContent, (await browser.Client.Send(HttpMethod.Delete, $"/v1/me/passkeys/{made.Text("id")}")).StatusCode);
        await phone.SignIn(other).Problem(Problems.SignInRefused);
        await browser.Client.Send(HttpMethod.Delete, $"/v1/me/passkeys/{made.Text("id")}").Problem(Problems.UnknownPasskey);
    }

    [Fact]
    public async Task A_passkey_needs_the_password_and_its_own_ceremony()
    {
        var (browser, _) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var phone = new Authenticator(world.Instance.Address);
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys/options", new { password = "không phải nó" }).Problem(Problems.Invalid);
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys", new { name = "x", credential = new { } }).Problem(Problems.PasskeyRefused);
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys", new { name = "x" }).Problem(Problems.Invalid);
        await phone.Register(browser);
        // What was answered once answers nothing again, neither with the old cookie's question nor with a new one.
        var sent = phone.LastSent!;
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys", sent).Problem(Problems.PasskeyRefused);
        using var asked = await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys/options", new { password = NewPeople.Password });
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys", sent).Problem(Problems.PasskeyRefused);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("signature")]
    [InlineData("challenge")]
    [InlineData("unverified")]
    [InlineData("count")]
    [InlineData("stranger")]
    [InlineData("replay")]
    public async Task A_forged_answer_signs_nobody_in(string fault)
    {
        var (browser, _) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var phone = new Authenticator(world.Instance.Address);
        await phone.Register(browser);
        using var first = new Browser(world);
        Assert.Equal(HttpStatusCode.OK, (await phone.SignIn(first)).StatusCode);
        using var thief = new Browser(world);
        if (fault == "replay")
        {
            using var asked = await thief.Client.Send(HttpMethod.Post, "/v1/sign-in/passkey/options");
            await thief.Client.Send(HttpMethod.Post, "/v1/sign-in/passkey", phone.LastSent!).Problem(Problems.SignInRefused);
        }
        else
        {
            await phone.SignIn(thief, fault).Problem(Problems.SignInRefused);
        }

        await thief.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
    }

    private sealed class Authenticator(string origin) : IDisposable
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), wrong = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
        private uint count;
        private string handle = "";

        internal object? LastSent { get; private set; }

        internal async Task<JsonObject> Register(Browser browser)
        {
            using var asked = await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys/options", new { password = NewPeople.Password });
            var options = await asked.Body(HttpStatusCode.OK);
            handle = options["user"]!["id"]!.ToString();
            var point = key.ExportParameters(false).Q;
            // The key in COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
            byte[] cose = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
            byte[] data = [.. Data(options["rp"]!["id"]!.ToString(), 0x45), .. new byte[16], 0, (byte)id.Length, .. id, .. cose];
            byte[] attestation = [0xa3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xa0, 0x68, .. "authData"u8, 0x59, (byte)(data.Length >> 8), (byte)data.Length, .. data];
            LastSent = new
            {
                name = "Điện thoại của tôi",
                credential = Credential(new
                {
                    clientDataJSON = Encode(ClientData("webauthn.create", options["challenge"]!.ToString(), origin)),
                    attestationObject = Encode(attestation),
                    transports = (string[])["internal"],
                }),
            };
            using var made = await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys", LastSent);
            return await made.Body(HttpStatusCode.Created);
        }

        internal async Task<HttpResponseMessage> SignIn(Browser browser, string? fault = null)
        {
            using var asked = await browser.Client.Send(HttpMethod.Post, "/v1/sign-in/passkey/options");
            var options = await asked.Body(HttpStatusCode.OK);
            if (fault == "count")
                count--;
            var challenge = fault == "challenge" ? Encode(RandomNumberGenerator.GetBytes(32)) : options["challenge"]!.ToString();
            var client = ClientData("webauthn.get", challenge, fault == "origin" ? "https://platform.example.org" : origin);
            var data = Data(options["rpId"]!.ToString(), (byte)(fault == "unverified" ? 0x01 : 0x05));
            var signature = (fault == "signature" ? wrong : key).SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            LastSent = new
            {
                credential = Credential(new
                {
                    clientDataJSON = Encode(client),
                    authenticatorData = Encode(data),
                    signature = Encode(signature),
                    userHandle = fault == "stranger" ? Encode("person-operator"u8) : handle,
                }),
            };
            return await browser.Client.Send(HttpMethod.Post, "/v1/sign-in/passkey", LastSent);
        }

        private object Credential(object response) => new { id = Encode(id), rawId = Encode(id), type = "public-key", authenticatorAttachment = "platform", clientExtensionResults = new { }, response };

        private byte[] Data(string rp, byte flags)
        {
            var number = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(number, ++count);
            return [.. SHA256.HashData(Encoding.UTF8.GetBytes(rp)), flags, .. number];
        }

        private static byte[] ClientData(string type, string challenge, string from) =>
            Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["challenge"] = challenge, ["origin"] = from, ["crossOrigin"] = false }.ToJsonString());

        private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

        public void Dispose()
        {
            key.Dispose();
            wrong.Dispose();
        }
    }
}
