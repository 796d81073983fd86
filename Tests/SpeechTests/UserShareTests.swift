import Speech
import Testing

@Suite struct `A share of users` {
    private static let users = (0..<10_000).map { ID<User>("user-\($0)") }

    @Test(arguments: [0.01, 0.05, 0.25, 0.5]) func `has about as many users as it says`(share: Double) {
        let some = UserShare("TRIAL", share: share)
        let count = Self.users.count(where: some.contains)
        #expect(abs(Double(count) / 10_000 - share) < 0.01)
    }

    @Test func `keeps its users when it grows`() {
        let small = UserShare("TRIAL", share: 0.05), large = UserShare("TRIAL", share: 0.25)
        for user in Self.users where small.contains(user) { #expect(large.contains(user)) }
    }

    @Test func `has other users in another trial`() {
        let one = UserShare("ONE", share: 0.1), other = UserShare("OTHER", share: 0.1)
        let both = Self.users.count { one.contains($0) && other.contains($0) }
        #expect(both < 200, "a tenth of a tenth is 100")
    }

    @Test func `has the users that are named, and everybody when it is whole`() {
        let named = UserShare("TRIAL", share: 0, users: ["anna"])
        #expect(named.contains(ID("anna")) && !named.contains(ID("bert")))
        let all = UserShare("TRIAL")
        #expect(Self.users.allSatisfy(all.contains))
        #expect([named.text, all.text, UserShare("TRIAL", share: 0.025).text] == ["0 % of users and 1 by name", "all users", "2.5 % of users"])
    }

    @Test func `is the same in every process`() {
        #expect(StableShare.position(of: "session-1") == 0.8416929170989464)
    }
}
