internal import KeybrakeEmulator
internal import KeybrakeStripe

/// The operator's hand on the emulator's worlds: functions from request value to response value.
struct EmulatorDesk {
    let emulator: EmulatorHost

    func answer(_ route: EmulatorRoute, _ call: AdminCall) throws(AdminError) -> AdminResponse {
        switch route {
        case .listWorlds: try listWorlds(call)
        case .setWorld: try setWorld(call)
        case .reset: try reset(call)
        case .clock: try advance(call)
        case .authenticate: try authenticate(call)
        case .fork: try fork(call)
        case .deleteWorld: try deleteWorld(call)
        case .listSnapshots: try listSnapshots(call)
        case .snapshot: try snapshot(call)
        case .deleteSnapshot: try deleteSnapshot(call)
        case .restore: try restore(call)
        case .saveWorld: try saveWorld(call)
        case .loadWorld: try loadWorld(call)
        case .audit: try audit(call)
        case .registerKey: try registerKey(call)
        case .revokeKey: try revokeKey(call)
        case .listFaults: try listFaults(call)
        case .addFault: try addFault(call)
        case .deleteFaults: try deleteFaults(call)
        case .showRateLimits: try showRateLimits(call)
        case .setRateLimits: try setRateLimits(call)
        case .listDeliveries: try listDeliveries(call)
        case .resendEvent: try resendEvent(call)
        case .rollSecret: try rollSecret(call)
        case .showWebhookSwitches: try showWebhookSwitches(call)
        case .setWebhookSwitches: try setWebhookSwitches(call)
        case .seed: try seed(call)
        case .seedCassette: try seedCassette(call)
        case .export: try export(call)
        case .paymentsExport: try paymentsExport(call)
        }
    }

    /// Does what the emulator may refuse, and turns its reason into a 400.
    func attempt<Value>(_ act: () throws(EmulatorHost.Failure) -> Value) throws(AdminError) -> Value {
        do throws(EmulatorHost.Failure) {
            return try act()
        } catch {
            throw .invalid(error.description)
        }
    }
}
