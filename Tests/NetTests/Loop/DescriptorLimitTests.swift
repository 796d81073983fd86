import Net
import Testing

@Suite struct `Descriptor limit` {
    @Test(arguments: [(256, 128), (1024, 768), (4096, 3072), (1_048_576, 786_432), (1, 1)])
    func `leaves descriptors for more than connections`(limit: Int, connections: Int) {
        #expect(DescriptorLimit.connections(of: limit) == connections)
    }

    @Test func `is what the system allows once there are loops`() throws {
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        #expect(DescriptorLimit.current > 0)
    }
}
