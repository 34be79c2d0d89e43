import ArgumentParser
import KeybrakeAudit

@main struct AuditCommand: ParsableCommand {}
