// The little of Arduino's core that the sketch uses, as its reference describes
// it. Calls print what they are given.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

struct HardwareSerial {
  void begin(unsigned long) {}
  void print(const char *text) { std::printf("serial: %s", text); }
  void println(int number) { std::printf("%d\n", number); }
};
inline HardwareSerial Serial;

inline void delay(uint32_t) {
  std::puts("delay");
  std::exit(1); // nothing here has to be waited for
}
inline unsigned long millis() { return 1; }
inline void configTime(long, int, const char *server) { std::printf("clock: %s\n", server); }
