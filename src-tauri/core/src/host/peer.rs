//! The user behind a connection on the loopback interface, by the kernel's own word.

use std::net::SocketAddr;

/// Whether a peer on loopback may be trusted to be the person's own browser: it belongs to the same
/// user, or to the system's administrator, who can read everything anyway.
///
/// Where the system does not tell whose a connection is, every peer may be.
#[cfg(target_os = "linux")]
pub(crate) fn may_be_own(peer: SocketAddr, own: SocketAddr) -> bool {
    let own_user = rustix::process::getuid().as_raw();
    match linux::user(peer, own) {
        Ok(Some(user)) => user == own_user || user == 0,
        // The connection is over: whoever it was waits for no reply.
        Ok(None) => false,
        Err(_) => true,
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn may_be_own(_: SocketAddr, _: SocketAddr) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fmt::Write as _;
    use std::net::{IpAddr, SocketAddr};
    use std::{fs, io};

    /// The states of a connection whose peer still reads: established, and closed for writing alone.
    const STILL_READS: [&str; 3] = ["01", "04", "05"];

    /// The user of the socket that is connected from `peer` to `own`; none if there is no such
    /// established connection (proc(5), `/proc/net/tcp`).
    pub fn user(peer: SocketAddr, own: SocketAddr) -> io::Result<Option<u32>> {
        let mut tables = vec![("/proc/net/tcp6", peer, own)];
        if peer.is_ipv4() {
            // A program may reach an IPv4 address through an IPv6 socket.
            tables = vec![
                ("/proc/net/tcp", peer, own),
                ("/proc/net/tcp6", mapped(peer), mapped(own)),
            ];
        }
        let mut failure = None;
        for (table, peer, own) in tables {
            match fs::read_to_string(table) {
                Ok(text) => {
                    if let Some(user) = user_in(&text, &written(peer), &written(own)) {
                        return Ok(Some(user));
                    }
                }
                // A kernel without IPv6 has no such table.
                Err(error) if error.kind() == io::ErrorKind::NotFound && peer.is_ipv6() => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// The user in the table's row of a connection, from one address to another as the kernel writes
    /// them.
    fn user_in(table: &str, from: &str, to: &str) -> Option<u32> {
        table.lines().skip(1).find_map(|row| {
            let mut columns = row.split_ascii_whitespace().skip(1);
            let is_it = columns.next()? == from
                && columns.next()? == to
                && STILL_READS.contains(&columns.next()?);
            let user = columns.nth(3)?;
            // Of a socket that its program has closed, the kernel no longer knows the user.
            let has_program = columns.nth(1)? != "0";
            (is_it && has_program).then(|| user.parse().ok())?
        })
    }

    fn mapped(address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V4(ip) => (ip.to_ipv6_mapped(), address.port()).into(),
            IpAddr::V6(_) => address,
        }
    }

    /// An address as the kernel writes it: words of four bytes in the machine's order, in hexadecimal.
    fn written(address: SocketAddr) -> String {
        let octets = match address.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let mut text = String::new();
        for word in octets.chunks_exact(4) {
            let word = u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
            let _ = write!(text, "{word:08X}");
        }
        let _ = write!(text, ":{:04X}", address.port());
        text
    }

    #[cfg(test)]
    mod tests {
        use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};

        use super::*;

        #[test]
        fn the_user_of_a_living_connection_is_known_and_of_no_other() {
            let loopback = [
                IpAddr::from(Ipv4Addr::LOCALHOST),
                Ipv6Addr::LOCALHOST.into(),
            ];
            let listeners = loopback.map(|ip| TcpListener::bind((ip, 0)));
            assert!(listeners[0].is_ok(), "every computer has the first");
            for listener in listeners.into_iter().flatten() {
                let own = listener.local_addr().expect("an address");
                let client = TcpStream::connect(own).expect("connected");
                let (server, peer) = listener.accept().expect("accepted");
                let expected = rustix::process::getuid().as_raw();
                assert_eq!(user(peer, own).expect("a table"), Some(expected));
                let reverse = user(own, peer).expect("a table");
                assert_eq!(reverse, Some(expected), "the other end is this process too");
                client
                    .shutdown(Shutdown::Write)
                    .expect("closed for writing");
                let half = user(peer, own).expect("a table");
                assert_eq!(half, Some(expected), "it still reads");
                drop((client, server));
                assert_eq!(user(peer, own).expect("a table"), None);
            }
        }

        #[test]
        fn only_the_row_of_a_program_that_still_reads_says_whose_it_is() {
            let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                0: 0100007F:A001 0100007F:BAC3 06 00000000:00000000 03:00001770 00000000     0        0 0 3\n\
                1: 0100007F:A002 0100007F:BAC3 01 00000000:00000000 00:00000000 00000000 65534        0 12345 1\n\
                2: 0100007F:A004 0100007F:BAC3 05 00000000:00000000 00:00000000 00000000 65534        0 12345 1\n\
                3: 0100007F:A005 0100007F:BAC3 05 00000000:00000000 03:00001770 00000000     0        0 0 1";
            let own = "0100007F:BAC3";
            assert_eq!(user_in(table, "0100007F:A001", own), None);
            assert_eq!(user_in(table, "0100007F:A002", own), Some(65534));
            assert_eq!(user_in(table, "0100007F:A003", own), None);
            assert_eq!(user_in(table, "0100007F:A004", own), Some(65534));
            assert_eq!(user_in(table, "0100007F:A005", own), None);
        }
    }
}
