internal import Glibc
internal import NIOSSL

/// Reads certificate and key files into what NIOSSL needs, and says clearly what is wrong with them.
enum ServerTLS {
    /// TLS 1.2 and up, HTTP/1.1 only.
    static func context(_ files: ServerConfiguration.TLSFiles) throws(ServerFailure) -> NIOSSLContext {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(files.certificateChainPath)
        } catch {
            throw .certificateUnreadable(
                path: files.certificateChainPath, reason: reason(path: files.certificateChainPath))
        }
        guard !certificates.isEmpty else {
            throw .certificateUnreadable(path: files.certificateChainPath, reason: "there is no certificate in it")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.privateKeyPath, format: .pem)
        } catch {
            throw .privateKeyUnreadable(path: files.privateKeyPath, reason: reason(path: files.privateKeyPath))
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .certificateAndKeyDiffer(
                certificatePath: files.certificateChainPath, privateKeyPath: files.privateKeyPath)
        }
    }

    /// Why that file could not be loaded: what the system says, or that its contents are not as they should be.
    static func reason(path: String) -> String {
        access(path, R_OK) == 0 ? "it is not in PEM form, or damaged" : SystemError.text(errno)
    }
}
