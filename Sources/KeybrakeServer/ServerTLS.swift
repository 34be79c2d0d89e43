internal import NIOSSL

/// Reads certificate and key files into what NIOSSL needs, and says clearly what is wrong with them.
enum ServerTLS {
    /// TLS 1.2 and up, HTTP/1.1 only.
    static func context(_ files: ServerConfiguration.TLSFiles) throws(ServerFailure) -> NIOSSLContext {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(files.certificateChainPath)
        } catch {
            throw .certificateUnreadable(path: files.certificateChainPath, reason: reason(error))
        }
        guard !certificates.isEmpty else {
            throw .certificateUnreadable(path: files.certificateChainPath, reason: "there is no certificate in it")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.privateKeyPath, format: .pem)
        } catch {
            throw .privateKeyUnreadable(path: files.privateKeyPath, reason: reason(error))
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

    /// A short reason without the library's own vocabulary.
    static func reason(_ error: any Error) -> String {
        if let number = SystemError.number(error) { return SystemError.text(number) }
        return "it is not in PEM form, or damaged"
    }
}
