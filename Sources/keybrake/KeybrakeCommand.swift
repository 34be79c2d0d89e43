import ArgumentParser
import Configuration
import KeybrakeAdmin
import KeybrakeServer
import Yams

@main struct KeybrakeCommand: ParsableCommand {}
