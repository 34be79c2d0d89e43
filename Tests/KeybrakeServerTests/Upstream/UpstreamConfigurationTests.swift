import Testing

@testable import KeybrakeServer

@Suite("Upstream configuration")
struct UpstreamConfigurationTests {
    @Test(arguments: [
        ("https://api.stripe.com", UpstreamConfiguration.Scheme.https, "api.stripe.com", 443, "api.stripe.com"),
        ("https://api.stripe.com/", .https, "api.stripe.com", 443, "api.stripe.com"),
        ("https://api.stripe.com:8443", .https, "api.stripe.com", 8_443, "api.stripe.com:8443"),
        ("http://127.0.0.1:12111", .http, "127.0.0.1", 12_111, "127.0.0.1:12111"),
        ("http://[::1]:80", .http, "::1", 80, "[::1]"),
        ("http://[::1]", .http, "::1", 80, "[::1]"),
    ])
    func readsAURL(url: String, scheme: UpstreamConfiguration.Scheme, host: String, port: Int, authority: String) throws
    {
        let configuration = try UpstreamConfiguration(url: url, trust: .systemRoots, limits: .standard)
        #expect(configuration.scheme == scheme)
        #expect(configuration.host == host)
        #expect(configuration.port == port)
        #expect(configuration.authority == authority)
    }

    @Test(arguments: [
        "", "api.stripe.com", "ftp://x", "https://", "https://user:pass@x", "https://x/v1", "https://x:0",
        "https://x:99999",
        "https://x:", "https://x:+80", "https://[::1", "https://[::1]x", "https://x y", "https://x:1:2",
    ])
    func refusesAnythingElse(url: String) {
        #expect(throws: ServerFailure.self) {
            try UpstreamConfiguration(url: url, trust: .systemRoots, limits: .standard)
        }
    }
}
