package import KeybrakeGateway
package import Logging
package import NIOCore
package import ServiceLifecycle

/// One listener: accepts connections, reads HTTP/1.1 requests from them and has a handler answer each.
package final class HTTPServer: Service, Sendable {
    /// Nothing is opened yet. Connections are dealt to the loops of `eventLoopGroup`, which must outlive the server.
    package init(
        configuration: ServerConfiguration, handler: any RequestHandler, eventLoopGroup: any EventLoopGroup,
        logger: Logger
    ) {
    }

    /// The port that the server listens on; `nil` before ``start()``.
    package var boundPort: Int? { nil }

    /// Starts to listen and returns the port. Throws ``ServerFailure``. A second call returns the same port.
    @discardableResult
    package func start() async throws -> Int { 0 }

    /// Serves until graceful shutdown or cancellation; starts to listen first if that has not happened.
    package func run() async throws {}
}
