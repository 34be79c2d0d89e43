/// Where and how one listener listens.
package struct ServerConfiguration: Sendable, Equatable {
    /// A certificate chain and its private key, both PEM files.
    package struct TLSFiles: Sendable, Equatable {
        /// The leaf certificate first, then the intermediate ones.
        package var certificateChainPath: String
        /// An unencrypted private key.
        package var privateKeyPath: String

        package init(certificateChainPath: String, privateKeyPath: String) {
            self.certificateChainPath = certificateChainPath
            self.privateKeyPath = privateKeyPath
        }
    }

    /// Names the listener in logs and metrics: a fixed word such as `data` or `control`.
    package var listener: String
    /// An address or a name of this machine, such as `127.0.0.1`.
    package var host: String
    /// 0 for any free port; see ``HTTPServer/boundPort``.
    package var port: Int
    /// TLS when given, plain text when `nil`.
    package var tls: TLSFiles?
    package var limits: ServerLimits

    package init(listener: String, host: String, port: Int, tls: TLSFiles?, limits: ServerLimits) {
        self.listener = listener
        self.host = host
        self.port = port
        self.tls = tls
        self.limits = limits
    }
}
