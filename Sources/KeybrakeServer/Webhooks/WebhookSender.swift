package import KeybrakeEmulator
internal import KeybrakeGateway
package import Logging
package import NIOCore
internal import NIOHTTP1
internal import ServiceLifecycle

/// Sends what the emulator's worlds have to deliver to webhook endpoints, and tells them how it went.
///
/// What is due, to whom, signed how and when again is the worlds' to decide; here are only the sockets.
package final class WebhookSender: Service {
    /// How often the worlds are asked.
    static let pauseMilliseconds: Int64 = 100
    /// How many deliveries one world hands out at a time.
    static let batchCount = 32

    private let emulator: EmulatorHost
    private let reach: WebhookReach
    private let eventLoopGroup: any EventLoopGroup
    private let clients: WebhookClients
    private let logger: Logger

    package init(emulator: EmulatorHost, reach: WebhookReach, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.emulator = emulator
        self.reach = reach
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        clients = WebhookClients(eventLoopGroup: eventLoopGroup, logger: logger)
    }

    /// Delivers until graceful shutdown or cancellation.
    package func run() async throws {
        guard reach != .off else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for world in self.emulator.worldsWithWebhooks() { await self.deliver(world) }
                try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
            }
        }
        await clients.stop()
    }

    /// Sends what is due in one world, all at once, and waits for the answers.
    private func deliver(_ world: String) async {
        let deliveries = emulator.takeDeliveries(
            world: world, limit: Self.batchCount, atUnixSeconds: WallClock.unixSeconds())
        await withTaskGroup(of: Void.self) { group in
            for delivery in deliveries {
                group.addTask {
                    let (status, response) = await self.send(delivery)
                    self.emulator.report(
                        delivery, status: status, response: response, world: world,
                        atUnixSeconds: WallClock.unixSeconds())
                }
            }
        }
    }

    /// The status and the beginning of the answer; without an answer, why there is none.
    private func send(_ delivery: WebhookDelivery) async -> (status: Int?, response: String) {
        guard let target = WebhookTarget(delivery.url), reach.allows(target) else {
            logger.notice("a webhook was not sent: its endpoint is out of reach", metadata: ["url": "\(delivery.url)"])
            return (nil, "not sent: webhooks go to this machine only (--webhooks any lets them go anywhere)")
        }
        let client: UpstreamClient
        do throws(ServerFailure) {
            client = try await clients.client(of: target.origin)
        } catch {
            return (nil, "\(error)")
        }
        let request = UpstreamRequest(
            method: .POST, target: target.path,
            headers: [
                "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": delivery.signature,
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            ],
            body: ByteBuffer(bytes: delivery.body))
        let eventLoop = eventLoopGroup.next()
        let answer: Result<UpstreamResponse, UpstreamFailure> = await withCheckedContinuation { continuation in
            eventLoop.execute { client.send(request, on: eventLoop) { continuation.resume(returning: $0) } }
        }
        switch answer {
        case .success(let response):
            return (response.status, String(decoding: response.body.readableBytesView.prefix(1_000), as: UTF8.self))
        case .failure(let failure): return (nil, failure.reason)
        }
    }
}
