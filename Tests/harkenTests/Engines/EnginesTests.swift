import Gateway
@testable import Settings
import Speech
import Testing

@testable import harken

@Suite struct `Engines that are listed` {
    private func rows(_ variables: [String: String], problem: String? = nil, hasVoices: Bool = true) throws -> [EngineRow] {
        var settings = Settings()
        settings.merge(variables)
        return EngineRow.all(try GatewayConfiguration(settings, home: "/home/ann", cores: 1), modelProblem: problem, hasVoices: hasVoices)
    }

    @Test func `without a key say which variable takes one`() throws {
        let rows = try rows([:])
        #expect(rows.first?.name == .local)
        #expect(rows.first?.state == .available)
        let deepgram = try #require(rows.first { $0.name == EngineName("deepgram") })
        #expect(deepgram.state == .missing("no key: set DEEPGRAM_API_KEY"))
    }

    @Test func `stand in the operator's order`() throws {
        let order = try rows(["DEEPGRAM_API_KEY": "secret"]).map(\.name.rawValue)
        #expect(order.prefix(2) == ["deepgram", "local"])
        let turned = try rows(["DEEPGRAM_API_KEY": "secret", "HARKEN_ENGINES": "local,deepgram"]).map(\.name.rawValue)
        #expect(turned.prefix(2) == ["local", "deepgram"])
    }

    @Test(arguments: [true, false])
    func `of this machine know speakers with models of voices`(hasVoices: Bool) throws {
        #expect(try rows([:], hasVoices: hasVoices).first?.capabilities.speakers == hasVoices)
    }

    @Test func `show no key`() throws {
        let rows = try rows(["DEEPGRAM_API_KEY": "secret"])
        #expect(!harken.Engines.table(rows, nil).contains("secret"))
        #expect(!harken.Engines.json(rows, nil).contains("secret"))
    }

    @Test func `of this machine need models that can be read`() throws {
        let rows = try rows([:], problem: "/models/x cannot be read: permission denied")
        #expect(rows.first?.state == .missing("/models/x cannot be read: permission denied; harken doctor says what to do"))
        #expect(harken.Engines.table(rows, nil).contains("\nlocal: /models/x cannot be read"))
    }

    @Test func `fit 100 columns, with and without a gateway`() throws {
        let health = GatewayHealth(
            body: Array(#"{"engines":{"local":"ready","openai":"unavailable: its host has no address, and nothing else is known of it"}}"#.utf8),
            latency: .milliseconds(3))
        for health in [nil, health] {
            let table = harken.Engines.table(try rows([:]), health).split(separator: "\n\n")[0]
            #expect(table.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
        #expect(harken.Engines.table(try rows([:]), health).contains("openai at the gateway: unavailable: its host"))
        #expect(harken.Engines.table(try rows([:]), nil, showsDetails: true).contains("openai: models whisper-1"))
    }

    @Test func `have a gateway's word on their health`() throws {
        let body = Array(#"{"status":"not_ready","engines":{"local":"loading","deepgram":"ready\u001b[2J"}}"#.utf8)
        let health = try #require(GatewayHealth(body: body, latency: .milliseconds(3)))
        #expect(health.engines == ["local": "loading", "deepgram": "ready [2J"])
        let table = harken.Engines.table(try rows([:]), health)
        #expect(table.contains("loading"))
        #expect(table.hasSuffix("\nThe gateway answered in 3 ms.\n"))
        #expect(GatewayHealth(body: Array("<html>".utf8), latency: .zero) == nil)
        #expect(GatewayHealth(body: Array("{}".utf8), latency: .zero) == nil)
    }
}
