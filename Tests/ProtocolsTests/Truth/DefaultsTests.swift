import Protocols
import Speech
import Testing

/// A request without an option means what it means at the vendor, or what docs/options.md says.
@Suite struct `What clients leave out` {
    /// Returns the parts in which a request with a value differs from one without the option. The protocol's own vendor is sent what the client wrote.
    private static func differences(_ given: DocumentedDefault, _ value: String) throws -> [String] {
        let route = given.route, base = given.members(nil), named = given.members(value)
        let names =
            switch route.service {
            case .live: try LiveTrace(route, named).differences(from: LiveTrace(route, base))
            case .recorded: try RecordedTrace(route, named, isNative: true).differences(from: RecordedTrace(route, base, isNative: true))
            }
        return names.filter { $0 != "sent to \(route.table.vendor)" }
    }

    /// Returns what the protocol's own vendor is sent for a request without the option.
    private static func sent(without given: DocumentedDefault) throws -> String {
        let route = given.route, members = given.members(nil)
        return switch route.service {
        case .live: try LiveTrace(route, members).sent(to: route.table.vendor)
        case .recorded: try RecordedTrace(route, members, isNative: true).request(to: route.table.vendor)
        }
    }

    @Test(arguments: Catalogue.optionRoutes.map(\.title))
    func `is not missed in the least request of a protocol`(title: String) throws {
        let route = try #require(Catalogue.optionRoutes.first { $0.title == title }), members = DocumentedDefault.least(route)
        switch route.service {
        case .live: #expect(try LiveTrace(route, members).refusal == [])
        case .recorded: #expect(try RecordedTrace(route, members, isNative: true).refusal == nil)
        }
    }

    @Test(arguments: DocumentedDefault.all)
    func `means the vendor's default, or what docs/options.md says`(given: DocumentedDefault) throws {
        switch given.absence {
        case .same: #expect(try Self.differences(given, given.value) == [])
        case .engines:
            let sent = try Self.sent(without: given)
            #expect(!sent.contains("\"\(given.name)\"") && !sent.contains("\(given.name)="), "\(sent)")
        case .other(let value, _):
            #expect(try Self.differences(given, value) == [])
            #expect(try Self.differences(given, given.value) != [])
        case .fixed(let value, _):
            #expect(try Self.differences(given, value) == [])
            #expect(try Self.differences(given, given.value) == [])
        }
    }

    @Test(arguments: DocumentedDefault.routes.map(\.title))
    func `has a default in the lists, or none`(title: String) throws {
        let route = try #require(Catalogue.optionRoutes.first { $0.title == title })
        #expect(DocumentedDefault.untold(route) == [])
        #expect(DocumentedDefault.strangers(route) == [])
    }
}
