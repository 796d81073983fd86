internal import Vendors

enum Version {
    static let current = ProgramVersion.current
}
