use labrt::*;
use std::sync::Arc;
use std::time::Instant as Real;
fn time(name: &str, n: u64, f: impl FnOnce() + Send + 'static) {
    let t = Real::now();
    let r = Simulation::new(1)
        .strategy(Strategy::Random { preempt: 0.1 })
        .run(f);
    println!(
        "{name}: {:.1} ns each, {} switches, virtual {:?} {:?}",
        t.elapsed().as_nanos() as f64 / n as f64,
        r.switches,
        r.virtual_time,
        r.outcome.err().map(|e| e.to_string())
    );
}
fn main() {
    time("yield", 4_000_000, || {
        let h: Vec<_> = (0..4)
            .map(|_| {
                thread::spawn(|| {
                    for _ in 0..1_000_000 {
                        thread::yield_now()
                    }
                })
            })
            .collect();
        for h in h {
            h.join().unwrap()
        }
    });
    time("spawn+join", 200_000, || {
        for _ in 0..200_000 {
            thread::spawn(|| {}).join().unwrap();
        }
    });
    let node = 0;
    let _ = node;
    time("spawn_on", 200_000, || {
        let n = Node::new("n");
        for _ in 0..200_000 {
            harness::spawn_on(&n, "h", Box::new(|| {}));
            if n.live_threads() > 100 {
                thread::yield_now()
            }
        }
    });
    time("lock", 1_000_000, || {
        let m = Arc::new(sync::Mutex::new(0));
        for _ in 0..1_000_000 {
            *m.lock() += 1;
        }
    });
    time("lock 4 threads", 4_000_000, || {
        let m = Arc::new(sync::Mutex::new(0));
        let h: Vec<_> = (0..4)
            .map(|_| {
                let m = m.clone();
                thread::spawn(move || {
                    for _ in 0..1_000_000 {
                        *m.lock() += 1;
                    }
                })
            })
            .collect();
        for h in h {
            h.join().unwrap()
        }
        assert_eq!(*m.lock(), 4_000_000);
    });
    time("channel", 1_000_000, || {
        let (s, r) = channel::unbounded();
        thread::spawn(move || {
            for i in 0..1_000_000 {
                s.send(i).unwrap()
            }
        });
        for i in 0..1_000_000 {
            assert_eq!(r.recv().unwrap(), i)
        }
    });
    time("channel b1", 1_000_000, || {
        let (s, r) = channel::bounded(1);
        thread::spawn(move || {
            for i in 0..1_000_000 {
                s.send(i).unwrap()
            }
        });
        for i in 0..1_000_000 {
            assert_eq!(r.recv().unwrap(), i)
        }
    });
    let t = Real::now();
    for i in 0..1000 {
        Simulation::new(i)
            .run(|| {
                for _ in 0..20 {
                    thread::spawn(|| {
                        loop {
                            thread::sleep(time::Duration::from_secs(1))
                        }
                    });
                }
                thread::sleep(time::Duration::from_secs(2));
            })
            .outcome
            .unwrap();
    }
    println!(
        "empty runs w/ 20 threads: {:.1} us",
        t.elapsed().as_micros() as f64 / 1000.0
    );
    let h = |s| {
        Simulation::new(s)
            .run(|| {
                let m: std::collections::HashMap<u32, ()> = (0..10).map(|i| (i, ())).collect();
                (
                    format!("{:?}", m.keys().collect::<Vec<_>>()),
                    std::time::Instant::now(),
                )
            })
            .outcome
            .unwrap()
    };
    println!("{:?} {:?} {:?}", h(1), h(1), h(2));
    let r = Simulation::new(3).run(|| {
        let m = Arc::new(sync::Mutex::new(0));
        let _g = m.lock();
        let _h = m.lock();
    });
    println!("{}", r.outcome.unwrap_err());
    let r = Simulation::new(3).run(|| {
        std::thread::sleep(std::time::Duration::from_secs(1));
    });
    println!("{}", r.outcome.unwrap_err());
    let r = Simulation::new(3).run(|| {
        let m = Arc::new(std::sync::Mutex::new(0));
        let m2 = m.clone();
        thread::spawn(move || {
            let _g = m2.lock().unwrap();
            thread::sleep(time::Duration::from_secs(1));
        });
        thread::sleep(time::Duration::from_millis(1));
        let _g = m.lock().unwrap();
    });
    println!("{}", r.outcome.unwrap_err());
    let r = Simulation::new(3).run(|| {
        Node::new("n1").spawn("ticker", || {
            thread::sleep(time::Duration::from_millis(1));
            let v: Vec<u8> = vec![];
            println!("{}", v[std::hint::black_box(3)]);
        });
        thread::sleep(time::Duration::from_secs(1))
    });
    println!("{}", r.outcome.unwrap_err());
    let r = Simulation::new(3).run(|| {
        Node::new("n1").spawn("ticker", || {
            loop {
                std::hint::spin_loop()
            }
        });
        thread::sleep(time::Duration::from_secs(1))
    });
    println!("{}", r.outcome.unwrap_err());
    fn rec(n: u64) -> u64 {
        let a = [n; 100];
        std::hint::black_box(&a);
        if n == 0 { 0 } else { rec(n - 1) + a[3] }
    }
    let r = Simulation::new(3).run(|| {
        Node::new("n1").spawn("ticker", || rec(std::hint::black_box(1 << 40)));
        thread::sleep(time::Duration::from_secs(1))
    });
    println!("{}", r.outcome.unwrap_err());
}
