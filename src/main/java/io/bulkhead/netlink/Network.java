package io.bulkhead.netlink;

import static io.bulkhead.netlink.Message.*;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.NetlinkSocket;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The network that a socket was opened in. Every method is one request; a refusal names it, its object and its data.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class Network implements AutoCloseable {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_NEWROUTE = 24;
    private static final int IFF_UP = 1;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    /** Nobody else on the link has it, so it can be used at once. */
    private static final int IFA_F_NODAD = 2;

    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_STATIC = 4;
    private static final int RTN_UNICAST = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    /** Replaced by the kernel with the first number that is free. */
    private static final String HOST_END = "bh%d";

    private final NetlinkSocket socket;

    /** @param socket closed with this */
    public Network(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * The end of a pair that a service has.
     *
     * @param network a descriptor of the namespace it is in
     * @param hardwareAddress six bytes; empty: the kernel chooses one
     * @param mtu of both ends; empty: the kernel's default
     */
    public record End(String name, int network, Optional<byte[]> hardwareAddress, OptionalInt mtu) {}

    /** The number of an interface. ENODEV where there is none of that name. */
    public int index(String name) throws ErrnoException {
        Message message = new Message(RTM_GETLINK, NLM_F_REQUEST).link(0, 0).attribute(IFLA_IFNAME, name);
        return ask("RTM_GETLINK " + name, message).linkIndex();
    }

    /** Makes a bridge and brings it up. EEXIST where the name is taken. */
    public void addBridge(String name) throws ErrnoException {
        Message message = newLink(IFF_UP)
                .attribute(IFLA_IFNAME, name)
                .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "bridge"));
        ask("RTM_NEWLINK " + name + " type bridge", message);
    }

    /** Makes a pair: one end on a bridge of this network and up, the other somewhere else and down. veth(4) */
    public void addPair(String bridge, End end) throws ErrnoException {
        int master = index(bridge);
        Consumer<Message> mtu = m -> end.mtu().ifPresent(value -> m.attribute(IFLA_MTU, value));
        Message message = newLink(IFF_UP).attribute(IFLA_IFNAME, HOST_END).attribute(IFLA_MASTER, master);
        mtu.accept(message);
        message.nested(
                IFLA_LINKINFO,
                info -> info.attribute(IFLA_INFO_KIND, "veth")
                        .nested(
                                IFLA_INFO_DATA,
                                data -> data.nested(VETH_INFO_PEER, peer -> {
                                    peer.link(0, 0)
                                            .attribute(IFLA_IFNAME, end.name())
                                            .attribute(IFLA_NET_NS_FD, end.network());
                                    mtu.accept(peer);
                                    end.hardwareAddress().ifPresent(bytes -> peer.attribute(IFLA_ADDRESS, bytes));
                                })));
        ask("RTM_NEWLINK " + end.name() + " type veth, its other end on " + bridge, message);
    }

    /** Lets an interface be used. */
    public void bringUp(String name) throws ErrnoException {
        Message message = new Message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK)
                .link(0, IFF_UP)
                .attribute(IFLA_IFNAME, name);
        ask("RTM_SETLINK " + name + " up", message);
    }

    /** Gives an interface an address. */
    public void addAddress(String name, InetAddress address, int prefix) throws ErrnoException {
        byte[] bytes = address.getAddress();
        Message message = new Message(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .octets(family(address), prefix, IFA_F_NODAD, 0)
                .number(index(name))
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
        ask("RTM_NEWADDR " + address.getHostAddress() + "/" + prefix + " on " + name, message);
    }

    /** Sends what has no other way through {@code gateway}. */
    public void addDefaultRoute(String name, InetAddress gateway) throws ErrnoException {
        Message message = new Message(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .octets(family(gateway), 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, 0, RTN_UNICAST)
                .number(0)
                .attribute(RTA_GATEWAY, gateway.getAddress())
                .attribute(RTA_OIF, index(name));
        ask("RTM_NEWROUTE default via " + gateway.getHostAddress() + " on " + name, message);
    }

    /** Takes an interface away; of a pair, both ends. */
    public void remove(String name) throws ErrnoException {
        ask(
                "RTM_DELLINK " + name,
                new Message(RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK).link(0, 0).attribute(IFLA_IFNAME, name));
    }

    private static Message newLink(int flags) {
        return new Message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL).link(0, flags);
    }

    private static int family(InetAddress address) {
        return address.getAddress().length == 4 ? AF_INET : AF_INET6;
    }

    private Answer ask(String what, Message message) throws ErrnoException {
        Answer answer = new Answer(socket.exchange(message.toBytes(), what));
        if (answer.errno() != 0) {
            String reason = answer.reason().map(text -> " (" + text + ")").orElse("");
            throw new ErrnoException(what + reason, answer.errno());
        }
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
