internal import NIOSSL

/// TLS towards the upstream: certificate and name are always verified.
enum UpstreamTLS {
    static func context(_ trust: UpstreamConfiguration.Trust) throws(ServerFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        switch trust {
        case .systemRoots:
            configuration.trustRoots = .default
        case .certificateAuthorityFile(let path):
            configuration.trustRoots = .certificates(try certificates(path))
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .other("TLS towards the upstream cannot be set up")
        }
    }

    private static func certificates(_ path: String) throws(ServerFailure) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(path)
            if !certificates.isEmpty { return certificates }
        } catch {
            throw .certificateAuthorityUnreadable(path: path, reason: ServerTLS.reason(path: path))
        }
        throw .certificateAuthorityUnreadable(path: path, reason: "there is no certificate in it")
    }
}
