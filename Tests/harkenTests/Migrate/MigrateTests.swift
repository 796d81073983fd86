import Testing

@testable import harken

@Suite struct `A migration` {
    @Test(arguments: [0, 1, 3, 25])
    func `begins once the server has noticed that a killed process is gone`(looks: Int) async throws {
        var left = looks, pauses = 0
        let others = try await Migrate.others {
            defer { left -= 1 }; return max(0, left)
        } pause: {
            pauses += 1
        }
        #expect(others == 0 && pauses == looks)
    }

    @Test func `does not wait for ever for others that use the database`() async throws {
        var pauses = 0
        let others = try await Migrate.others {
            2
        } pause: {
            pauses += 1
        }
        #expect(others == 2 && pauses == 25)
    }
}
