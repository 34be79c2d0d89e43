import Testing

@testable import KeybrakeServer

/// Where a webhook goes, and whether it stays on this machine.
@Suite struct WebhookTargetTests {
    @Test(arguments: [
        ("http://127.0.0.1:4242/hook?a=b#c", "http://127.0.0.1:4242", "/hook?a=b"),
        ("https://example.com", "https://example.com", "/"),
        ("http://example.com?x=1", "http://example.com", "/?x=1"),
        ("http://[::1]:80/x", "http://[::1]:80", "/x"),
    ])
    func `a URL is an origin and a path`(url: String, origin: String, path: String) throws {
        let target = try #require(WebhookTarget(url))
        #expect(target.origin == origin)
        #expect(target.path == path)
    }

    @Test(arguments: ["", "ftp://127.0.0.1/", "http://", "http:///x", "http://127.0.0.1:80@evil.test/", "//127.0.0.1"])
    func `what is no place to send to is none`(url: String) {
        #expect(WebhookTarget(url) == nil)
    }

    @Test(arguments: ["http://127.0.0.1/", "http://127.9.9.9:1/", "https://localhost:8443/x", "http://[::1]/"])
    func `this machine is reached at any reach but off`(url: String) throws {
        let target = try #require(WebhookTarget(url))
        #expect(WebhookReach.loopback.allows(target))
        #expect(WebhookReach.any.allows(target))
        #expect(!WebhookReach.off.allows(target))
    }

    @Test(arguments: [
        "http://example.com/", "http://127.0.0.1.evil.test/", "http://localhost.evil.test/", "http://127.0.0/",
        "http://2130706433/", "http://127.0.0.256/", "http://[::1].evil.test/", "http://[::2]/", "http://0.0.0.0/",
        "http://10.0.0.1/",
    ])
    func `every other host only where webhooks may go anywhere`(url: String) throws {
        let target = try #require(WebhookTarget(url))
        #expect(!WebhookReach.loopback.allows(target))
        #expect(WebhookReach.any.allows(target))
    }
}
