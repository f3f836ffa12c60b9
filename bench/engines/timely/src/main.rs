// SPDX-License-Identifier: BSL-1.0
//! Timely Dataflow's word count on two workers; the first one reads the socket, an epoch is an
//! interval. Usage: word_count (exchanged|combined) PORT INTERVAL_MS [FILE WORDS].
//! exchanged: every word goes to the worker it hashes to, as in timely's example; combined: each
//! worker counts its own words of an epoch first.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustc_hash::{FxBuildHasher, FxHashMap};
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::Operator;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::operators::Inspect;
use timely::dataflow::operators::Probe;
use timely::dataflow::{InputHandle, ProbeHandle};

#[derive(Default)]
struct Totals {
    words: i64,
    counts: HashMap<String, i64>,
    check: Option<(String, i64)>,
}

impl Totals {
    fn add(&mut self, batch: &[(String, i64)]) {
        for (word, count) in batch {
            self.words += count;
            if self.check.is_some() {
                *self.counts.entry(word.clone()).or_insert(0) += count;
            }
        }
        if let Some((path, enough)) = &self.check {
            if self.words == *enough {
                let lines: String = self.counts.iter().map(|(word, count)| format!("{word} {count}\n")).collect();
                std::fs::write(path, lines).expect("the counts cannot be written");
            }
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "total {}", self.words).and_then(|()| out.flush()).expect("stdout is gone");
    }
}

/// What has come by now, cut into lines.
struct Lines {
    socket: TcpStream,
    buffer: Vec<u8>,
    held: usize,
}

impl Lines {
    fn new(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).expect("nobody listens");
        socket.set_nonblocking(true).expect("a socket that cannot be non-blocking");
        Lines { socket, buffer: vec![0; 1 << 18], held: 0 }
    }

    /// None: the sender has ended.
    fn read(&mut self, mut each: impl FnMut(String)) -> Option<usize> {
        let got = match self.socket.read(&mut self.buffer[self.held..]) {
            Ok(0) => return None,
            Ok(got) => got,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => panic!("{error}"),
        };
        let bytes = &self.buffer[..self.held + got];
        let mut start = 0;
        while let Some(length) = bytes[start..].iter().position(|&byte| byte == b'\n') {
            each(String::from_utf8(bytes[start..start + length].to_vec()).expect("not UTF-8"));
            start += length + 1;
        }
        let end = self.held + got;
        self.buffer.copy_within(start..end, 0);
        self.held = end - start;
        assert!(self.held < self.buffer.len(), "a line longer than the buffer");
        Some(got)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let combined = arguments[0] == "combined";
    let port: u16 = arguments[1].parse().expect("a port");
    let interval = Duration::from_millis(arguments[2].parse().expect("an interval"));
    let totals = Arc::new(Mutex::new(Totals::default()));
    if arguments.len() > 4 {
        totals.lock().unwrap().check = Some((arguments[3].clone(), arguments[4].parse().expect("a count")));
    }

    timely::execute(timely::Config::process(2), move |worker| {
        let mut input = InputHandle::new();
        let probe = ProbeHandle::new();
        let totals = totals.clone();
        worker.dataflow::<u64, _, _>(|scope| {
            let lines = input.to_stream(scope);
            let by_word = || Exchange::new(|(word, _): &(String, i64)| FxBuildHasher.hash_one(word));
            let counted = if combined {
                // Lines go to the workers in turn, so that both split and count.
                let mut turn = 0;
                let local = lines.unary_frontier(
                    Exchange::new(move |_: &String| {
                        turn += 1;
                        turn / 1024
                    }),
                    "CountLocally",
                    |_, _| {
                        let mut epochs = HashMap::new();
                        move |(input, frontier), output| {
                            input.for_each_stamp(|capability, data| {
                                let counts: &mut FxHashMap<String, i64> =
                                    epochs.entry(capability.retain_least(output.output_index()).expect("data without a time")).or_default();
                                for batch in data {
                                    for line in batch.drain(..) {
                                        for word in line.split(' ').filter(|word| !word.is_empty()) {
                                            match counts.get_mut(word) {
                                                Some(count) => *count += 1,
                                                None => drop(counts.insert(word.to_owned(), 1)),
                                            }
                                        }
                                    }
                                }
                            });
                            epochs.retain(|capability, counts| {
                                let open = frontier.less_equal(capability.time());
                                if !open {
                                    output.session(capability).give_iterator(counts.drain());
                                }
                                open
                            });
                        }
                    },
                );
                local.container::<Vec<_>>()
            } else {
                lines.flat_map(|line: String| {
                    line.split(' ')
                        .filter(|word| !word.is_empty())
                        .map(|word| (word.to_owned(), 1))
                        .collect::<Vec<_>>()
                })
            };
            counted
                .unary_frontier(by_word(), "Count", |_, _| {
                    let mut epochs = HashMap::new();
                    move |(input, frontier), output| {
                        input.for_each_stamp(|capability, data| {
                            let counts: &mut FxHashMap<String, i64> =
                                epochs.entry(capability.retain_least(output.output_index()).expect("data without a time")).or_default();
                            for batch in data {
                                for (word, count) in batch.drain(..) {
                                    *counts.entry(word).or_insert(0) += count;
                                }
                            }
                        });
                        epochs.retain(|capability, counts| {
                            let open = frontier.less_equal(capability.time());
                            if !open {
                                output.session(capability).give_iterator(counts.drain());
                            }
                            open
                        });
                    }
                })
                .container::<Vec<_>>()
                .inspect_core(move |event| {
                    if let Ok((_, batch)) = event {
                        totals.lock().unwrap().add(batch);
                    }
                })
                .probe_with(&probe);
        });

        if worker.index() == 0 {
            let mut lines = Lines::new(port);
            let began = Instant::now();
            while let Some(got) = lines.read(|line| input.send(line)) {
                let epoch = (began.elapsed().as_millis() / interval.as_millis()) as u64;
                if epoch > *input.time() {
                    input.advance_to(epoch);
                }
                input.flush();
                // As much waiting as there is nothing to do.
                worker.step_or_park(Some(if got == 0 { Duration::from_millis(1) } else { Duration::ZERO }));
            }
        }
    })
    .expect("timely did not start");
}
