package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// patience is how long a component may take to end after SIGTERM.
const patience = 3 * time.Second

// settings is the first line of standard input, or the file named by the first argument.
type settings struct {
	Folder     string      `json:"folder"` // removed at the end if Remove says so
	Remove     bool        `json:"remove"`
	Components []component `json:"components"`
}

// component is one process: Args[0] is the program, Env is added to the guard's own.
type component struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
	Env  []string `json:"env"`
	Log  string   `json:"log"`
}

// command is every further line of standard input; one field is set.
type command struct {
	Add   *component `json:"add"`   // a new component, started at once
	Start string     `json:"start"` // one that has ended, as it was
	Stop  string     `json:"stop"`  // SIGTERM, after three seconds SIGKILL
	Kill  string     `json:"kill"`  // SIGKILL
}

// report is every line of standard output.
type report struct {
	Event string `json:"event"` // started, exited or refused
	Name  string `json:"name"`
	Pid   int    `json:"pid,omitempty"`
	Text  string `json:"text,omitempty"`
}

// keeper owns the processes. Only the goroutine of guard touches it.
type keeper struct {
	order   []string
	known   map[string]component
	running map[string]*exec.Cmd
	exits   chan exit
	out     *json.Encoder
}

type exit struct {
	name string
	cmd  *exec.Cmd
	err  error
}

// guard starts processes and answers for their end: when its standard input
// closes, which is also what happens when whoever started it is killed, or when
// it is told to terminate, it ends all of them and removes the run folder.
func guard(args []string) {
	// The kernel ties Pdeathsig to the thread that started the child.
	runtime.LockOSThread()
	input := bufio.NewReader(os.Stdin)
	config, err := configure(args, input)
	if err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(2)
	}
	k := &keeper{nil, map[string]component{}, map[string]*exec.Cmd{}, make(chan exit), json.NewEncoder(os.Stdout)}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	// A reader that has gone away must not end the guard before its children.
	signal.Ignore(syscall.SIGPIPE)
	commands := make(chan command)
	go read(input, commands)
	for _, c := range config.Components {
		k.add(c)
	}
	for open := true; open; {
		select {
		case c, ok := <-commands:
			if open = ok; ok {
				k.obey(c)
			}
		case e := <-k.exits:
			k.ended(e)
		case <-signals:
			open = false
		}
	}
	k.end()
	if config.Remove && config.Folder != "" {
		os.RemoveAll(config.Folder)
	}
}

func configure(args []string, input *bufio.Reader) (config settings, err error) {
	var text []byte
	if len(args) > 0 {
		text, err = os.ReadFile(args[0])
	} else {
		text, err = input.ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	return config, err
}

// read passes commands on until standard input closes or makes no sense.
func read(input io.Reader, commands chan<- command) {
	defer close(commands)
	for decoder := json.NewDecoder(input); ; {
		var c command
		if decoder.Decode(&c) != nil {
			return
		}
		commands <- c
	}
}

func (k *keeper) obey(c command) {
	switch {
	case c.Add != nil:
		k.add(*c.Add)
	case c.Start != "":
		k.start(c.Start)
	case c.Stop != "":
		k.signal(c.Stop, syscall.SIGTERM)
	case c.Kill != "":
		k.signal(c.Kill, syscall.SIGKILL)
	}
}

func (k *keeper) add(c component) {
	if _, taken := k.known[c.Name]; taken || len(c.Args) == 0 {
		k.out.Encode(report{"refused", c.Name, 0, "the name is taken or there is no program"})
		return
	}
	k.known[c.Name] = c
	k.order = append(k.order, c.Name)
	k.start(c.Name)
}

func (k *keeper) start(name string) {
	c, known := k.known[name]
	if _, busy := k.running[name]; busy || !known {
		k.out.Encode(report{"refused", name, 0, "it is running or was never added"})
		return
	}
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		k.out.Encode(report{"refused", name, 0, err.Error()})
		return
	}
	defer log.Close()
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		k.out.Encode(report{"refused", name, 0, err.Error()})
		return
	}
	k.running[name] = cmd
	k.out.Encode(report{"started", name, cmd.Process.Pid, ""})
	go func() { k.exits <- exit{name, cmd, cmd.Wait()} }()
}

// signal sends a signal now and, if it was a polite one, SIGKILL after a while.
// os.Process refuses to signal a process that was waited for, so that a pid
// that has been given to somebody else in between is never hit.
func (k *keeper) signal(name string, s syscall.Signal) {
	cmd, running := k.running[name]
	if !running {
		k.out.Encode(report{"refused", name, 0, "it is not running"})
		return
	}
	cmd.Process.Signal(s)
	if s != syscall.SIGKILL {
		time.AfterFunc(patience, func() { cmd.Process.Kill() })
	}
}

func (k *keeper) ended(e exit) {
	text := "exit status 0"
	if e.err != nil {
		text = e.err.Error()
	}
	delete(k.running, e.name)
	k.out.Encode(report{"exited", e.name, e.cmd.Process.Pid, text})
}

// end stops the latest first: a server whose database has gone takes its time.
func (k *keeper) end() {
	for _, name := range slices.Backward(k.order) {
		if _, running := k.running[name]; running {
			k.signal(name, syscall.SIGTERM)
		}
		for k.running[name] != nil {
			k.ended(<-k.exits)
		}
	}
}
