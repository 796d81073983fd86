import Net
import Testing

@Suite struct `TLS contexts` {
    @Test func `of files that are not there are rejected, and freed once`() {
        #expect(throws: TLSError.self) { try TLSServerContext(certificateFile: "/nowhere/certificate.pem", keyFile: "/nowhere/key.pem") }
        #expect(throws: TLSError.self) { try TLSClientContext(.authorities(file: "/nowhere/authorities.pem")) }
    }
}
