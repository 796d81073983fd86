import Framing
import Testing
import Tracing

@Suite struct `Trace settings` {
    private func read(_ values: [String: String]) throws(TraceSettingsError) -> TraceSettings? {
        try TraceSettings.read(version: "1.2.3") { values[$0] }
    }

    @Test func `without an endpoint, nothing is traced`() throws {
        #expect(try read(["OTEL_SERVICE_NAME": "ears"]) == nil)
    }

    @Test(arguments: [
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"], "http://127.0.0.1:4318/v1/traces"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example/otlp/"], "https://collector.example/otlp/v1/traces"),
        (["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h:1/x"], "http://h:1/x"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/t"], "http://b/t"),
    ])
    func `spans go to the signal's own address as it stands, or below the common one`(values: [String: String], url: String) throws {
        #expect(try read(values)?.url == url)
    }

    @Test(arguments: [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")])
    func `can be switched off`(name: String, value: String) throws {
        #expect(try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", name: value]) == nil)
    }

    @Test func `headers are percent-decoded, and the signal's own win`() throws {
        let settings = try read([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20YTpi==, x-tenant = one,",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "X-Tenant=two",
        ])
        #expect(settings?.headers["Authorization"] == "Basic YTpi==")
        #expect(settings?.headers.values("x-tenant") == ["two"])
    }

    @Test func `never show what a header holds`() throws {
        let settings = try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret"])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("secret") && !"\(String(reflecting: settings))\(settings as Any)".contains("secret"))
    }

    @Test func `the resource names the service`() throws {
        let plain = try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"])
        #expect(plain?.resource["service.name"] == "harken")
        #expect(plain?.resource["service.version"] == "1.2.3")
        let attributes = "service.name=a,deployment.environment.name=it%2Cs"
        let named = try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_RESOURCE_ATTRIBUTES": attributes])
        #expect(named?.resource["service.name"] == "a")
        #expect(named?.resource["deployment.environment.name"] == "it,s")
        let both = try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_RESOURCE_ATTRIBUTES": attributes, "OTEL_SERVICE_NAME": "b"])
        #expect(both?.resource["service.name"] == "b")
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://secret"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@h"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h/?key=secret"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,=secret"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zzsecret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0d%0ax: y"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_SDK_DISABLED", "perhaps"), ("OTEL_RESOURCE_ATTRIBUTES", "secret"),
    ])
    func `a wrong value is named without being shown`(name: String, value: String) {
        #expect {
            _ = try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"].merging([name: value]) { $1 })
        } throws: { error in
            guard let fault = error as? TraceSettingsError else { return false }
            return fault.name == name && !"\(fault)".contains("secret") && !fault.accepted.isEmpty
        }
    }
}
