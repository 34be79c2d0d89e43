import KeybrakeGateway

/// What `serve` prints when it is ready: where it listens, and how to make a key.
enum Announcement {
    static func text(_ instance: Instance) -> String {
        let settings = instance.settings
        let scheme = settings.tls == nil ? "http" : "https"
        let data = settings.listen.urlText(port: instance.dataPort)
        let control = settings.control.urlText(port: instance.controlPort)
        var mode = settings.mode.mode.rawValue
        if let cassette = settings.mode.cassettePath { mode += " (\(cassette))" }
        if settings.emulatorAcceptsTestKeys { mode += " (raw sk_test_ keys reach the emulator, ungoverned)" }
        let url = instance.controlPort == 8788 ? "" : " --control-url http://\(control)"
        return """
            keybrake \(KeybrakeCommand.version)
              data      \(scheme)://\(data)/stripe      (your stripe.api_base)
              control   http://\(control)             (admin token in \(settings.adminTokenPath))
              mode      \(mode)
              database  \(settings.databaseText)
            make a key: keybrake keys create --daily-cap-usd 10 --allow 'POST /v1/charges' --ttl 1h\(url)
            """
    }
}
